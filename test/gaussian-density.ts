import { cholesky, solveLower } from '../src/numeric/cholesky.ts';
import { type Matrix, matrix } from '../src/numeric/matrix.ts';

/** Sum of log N(x; mean, covariance) over the rows of x [count, d]. */
export function choleskyLogDensity(
  x: ArrayLike<number>,
  count: number,
  mean: readonly number[],
  covariance: Matrix,
): number {
  const d = covariance.rows;
  const factor = cholesky(covariance);
  let logDeterminant = 0;
  for (let i = 0; i < d; i++) logDeterminant += 2 * Math.log(factor.data[i * d + i]!);
  let total = 0;
  for (let row = 0; row < count; row++) {
    const centred = Float64Array.from({ length: d }, (_, j) => x[row * d + j]! - mean[j]!);
    const whitened = solveLower(factor, matrix(d, 1, centred));
    const squared = whitened.data.reduce((sum, v) => sum + v * v, 0);
    total -= 0.5 * (squared + logDeterminant + d * Math.log(2 * Math.PI));
  }
  return total;
}
