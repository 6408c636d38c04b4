/** Means and covariances of rows, by two passes. */
import { GraftError } from '../errors.ts';
import { type Matrix, matrix } from './matrix.ts';
import { gram } from './matrix-product.ts';

/** The mean of each column of X [n, d]: [d]. */
export function columnMeans(x: Matrix): Float64Array {
  const means = new Float64Array(x.columns);
  for (let i = 0; i < x.rows; i++) {
    const start = i * x.columns;
    for (let j = 0; j < x.columns; j++) means[j] = means[j]! + x.data[start + j]!;
  }
  for (let j = 0; j < x.columns; j++) means[j] = means[j]! / x.rows;
  return means;
}

/** X minus `means` in each row; a copy. */
export function centred(x: Matrix, means: ArrayLike<number> = columnMeans(x)): Matrix {
  const out = matrix(x.rows, x.columns);
  for (let i = 0; i < x.rows; i++) {
    const start = i * x.columns;
    for (let j = 0; j < x.columns; j++) out.data[start + j] = x.data[start + j]! - means[j]!;
  }
  return out;
}

/**
 * The covariance of the columns of X [n, d]: [d, d], sums of centred products over n - `ddof` (1: unbiased, 0: maximum
 * likelihood). Fails for n <= ddof.
 */
export function covariance(x: Matrix, options: { ddof?: 0 | 1; means?: ArrayLike<number> } = {}): Matrix {
  const ddof = options.ddof ?? 1;
  if (x.rows <= ddof)
    throw new GraftError('bad-data', {
      what: 'covariance',
      problem: `needs more than ${ddof} rows, got ${x.rows}`,
    });
  const result = gram(centred(x, options.means));
  const { data } = result;
  for (let i = 0; i < data.length; i++) data[i] = data[i]! / (x.rows - ddof);
  return result;
}

/** The mean of a list of numbers. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The standard deviation of a list of numbers over n - `ddof`. */
export function standardDeviation(values: ArrayLike<number>, ddof: 0 | 1): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return Math.sqrt(sum / (values.length - ddof));
}
