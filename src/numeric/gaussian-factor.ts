import { columnMeans, covariance } from './covariance.ts';
import { type Matrix, matrix } from './matrix.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/**
 * Mean and a factor F with F F^T equal to the covariance of the rows of x (divided by rows - 1; all zero for one
 * row). From eigenvalues, so that a covariance of less than full rank is no obstacle.
 */
export function gaussianFactor(x: Matrix): { mean: Float64Array; factor: Matrix } {
  const n = x.columns;
  const mean = columnMeans(x);
  const factor = matrix(n, n);
  if (x.rows < 2) return { mean, factor };
  const { values, vectors } = symmetricEigen(covariance(x, { ddof: 1 }));
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++)
      factor.data[i * n + k] = vectors.data[k * n + i]! * Math.sqrt(Math.max(0, values[k]!));
  return { mean, factor };
}
