/** Principal component analysis. */
import { centred, columnMeans } from './covariance.ts';
import { type Matrix, matrix, rowOf } from './matrix.ts';
import { gram, multiplyTransposed, outerGram } from './matrix-product.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

export interface PrincipalComponents {
  /** Means of the columns [d]. */
  readonly means: Float64Array;
  /** Directions of unit length as rows [r, d], by descending variance; their signs are arbitrary. */
  readonly directions: Matrix;
  /** Variance along each direction (over n - 1) [r]. */
  readonly variances: Float64Array;
  /** Coordinates of the rows along the directions [n, r]. */
  readonly scores: Matrix;
}

/** The principal components of the rows of X [n, d], n >= 2: all min(n - 1, d) of them whose variance is not 0 to rounding. */
export function principalComponents(x: Matrix): PrincipalComponents {
  const means = columnMeans(x);
  const inner = centred(x, means);
  const wide = x.columns > x.rows;
  const { values, vectors } = symmetricEigen(wide ? outerGram(inner) : gram(inner));
  const n = values.length;
  const limit = Math.max(0, values[n - 1] ?? 0) * Number.EPSILON * n;
  const kept = Math.min(x.rows - 1, values.filter((value) => value > limit).length);
  const directions = matrix(kept, x.columns);
  for (let i = 0; i < kept; i++) {
    const vector = rowOf(vectors, n - 1 - i);
    if (!wide) {
      directions.data.set(vector, i * x.columns);
      continue;
    }
    // From the small side: direction = X' u / singular value.
    const scale = 1 / Math.sqrt(values[n - 1 - i]!);
    for (let r = 0; r < x.rows; r++)
      for (let j = 0; j < x.columns; j++)
        directions.data[i * x.columns + j] =
          directions.data[i * x.columns + j]! + scale * vector[r]! * inner.data[r * x.columns + j]!;
  }
  return {
    means,
    directions,
    variances: Float64Array.from({ length: kept }, (_, i) => values[n - 1 - i]! / (x.rows - 1)),
    scores: multiplyTransposed(inner, directions),
  };
}
