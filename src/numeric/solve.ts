/** Linear systems and ridge regression. */
import { GraftError } from '../errors.ts';
import { cholesky, solveLower, solveLowerTransposed } from './cholesky.ts';
import { centred, columnMeans } from './covariance.ts';
import { type Matrix, matrix, sizeOfSquare, transpose } from './matrix.ts';
import { gram, multiply } from './matrix-product.ts';

/** X with A X = B, for A [n, n] and B [n, m], by elimination with partial pivoting; a singular A fails with `bad-data`. */
export function solve(a: Matrix, b: Matrix): Matrix {
  const n = sizeOfSquare('solve', a);
  if (b.rows !== n)
    throw new GraftError('shape-mismatch', {
      op: 'solve',
      shapes: [
        [n, n],
        [b.rows, b.columns],
      ],
      rule: 'the right-hand side has one row for each row of the matrix',
    });
  const u = Float64Array.from(a.data);
  const x = Float64Array.from(b.data);
  const m = b.columns;
  const largest = u.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(u[i * n + k]!) > Math.abs(u[pivot * n + k]!)) pivot = i;
    if (!(Math.abs(u[pivot * n + k]!) > n * Number.EPSILON * largest))
      throw new GraftError('bad-data', { what: 'matrix', problem: 'is singular to working precision' });
    if (pivot !== k) {
      swapRows(u, n, k, pivot);
      swapRows(x, m, k, pivot);
    }
    for (let i = k + 1; i < n; i++) {
      const factor = u[i * n + k]! / u[k * n + k]!;
      if (factor === 0) continue;
      for (let j = k; j < n; j++) u[i * n + j] = u[i * n + j]! - factor * u[k * n + j]!;
      for (let j = 0; j < m; j++) x[i * m + j] = x[i * m + j]! - factor * x[k * m + j]!;
    }
  }
  for (let i = n - 1; i >= 0; i--)
    for (let j = 0; j < m; j++) {
      let sum = x[i * m + j]!;
      for (let k = i + 1; k < n; k++) sum -= u[i * n + k]! * x[k * m + j]!;
      x[i * m + j] = sum / u[i * n + i]!;
    }
  return matrix(n, m, x);
}

/** X with A X = B for A [n, n] symmetric positive definite and B [n, m]. */
export function solvePositive(a: Matrix, b: Matrix): Matrix {
  const l = cholesky(a);
  return solveLowerTransposed(l, solveLower(l, b));
}

/**
 * Ridge regression of Y [n, m] on X [n, d]: the weights W [d, m] and intercepts [m] that minimise
 * |X W + intercept - Y|^2 + lambda |W|^2. The intercept is not penalised. lambda > 0 where X has linearly dependent columns.
 */
export function ridge(x: Matrix, y: Matrix, lambda: number): { weights: Matrix; intercepts: Float64Array } {
  const xMeans = columnMeans(x);
  const yMeans = columnMeans(y);
  const inner = centred(x, xMeans);
  const a = gram(inner);
  for (let i = 0; i < a.rows; i++) a.data[i * a.rows + i] = a.data[i * a.rows + i]! + lambda;
  const weights = solvePositive(a, multiply(transpose(inner), centred(y, yMeans)));
  const intercepts = Float64Array.from(yMeans);
  for (let j = 0; j < y.columns; j++)
    for (let i = 0; i < x.columns; i++)
      intercepts[j] = intercepts[j]! - xMeans[i]! * weights.data[i * y.columns + j]!;
  return { weights, intercepts };
}

function swapRows(data: Float64Array, columns: number, i: number, k: number): void {
  for (let j = 0; j < columns; j++) {
    const kept = data[i * columns + j]!;
    data[i * columns + j] = data[k * columns + j]!;
    data[k * columns + j] = kept;
  }
}
