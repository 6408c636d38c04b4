/** Cholesky factors of positive (semi-)definite matrices and what they solve. */
import { GraftError } from '../errors.ts';
import { type Matrix, matrix, sizeOfSquare } from './matrix.ts';

/** The lower triangular L with L L' = A, for A [n, n] symmetric positive definite; fails with `bad-data` otherwise. */
export function cholesky(a: Matrix): Matrix {
  const n = sizeOfSquare('cholesky', a);
  const factor = matrix(n, n);
  const l = factor.data;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else
        throw new GraftError('bad-data', {
          what: 'matrix',
          problem: `is not positive definite (pivot ${i} is ${sum})`,
          hint: 'Add a ridge to its diagonal.',
        });
    }
  return factor;
}

/**
 * F [r, n] with F' F = A for A [n, n] symmetric positive semi-definite of numerical rank r, by Cholesky with complete pivoting
 * (Higham, 'Accuracy and Stability of Numerical Algorithms', 2nd ed., section 10.3). Pivots up to n times the rounding unit
 * times the largest diagonal entry count as 0.
 */
export function semidefiniteFactor(a: Matrix): Matrix {
  const n = sizeOfSquare('semidefiniteFactor', a);
  const rest = Float64Array.from({ length: n }, (_, i) => a.data[i * n + i]!);
  const used = new Uint8Array(n);
  const rows: Float64Array[] = [];
  const limit = n * Number.EPSILON * rest.reduce((largest, value) => Math.max(largest, value), 0);
  while (rows.length < n) {
    let pivot = -1;
    for (let i = 0; i < n; i++) if (used[i] === 0 && (pivot < 0 || rest[i]! > rest[pivot]!)) pivot = i;
    if (!(rest[pivot]! > limit)) break;
    used[pivot] = 1;
    const root = Math.sqrt(rest[pivot]!);
    const row = new Float64Array(n);
    for (let j = 0; j < n; j++) if (used[j] === 0) row[j] = a.data[pivot * n + j]!;
    for (const earlier of rows) {
      const factor = earlier[pivot]!;
      if (factor !== 0) for (let j = 0; j < n; j++) row[j] = row[j]! - factor * earlier[j]!;
    }
    for (let j = 0; j < n; j++) {
      row[j] = used[j] === 0 ? row[j]! / root : 0;
      rest[j] = rest[j]! - row[j]! * row[j]!;
    }
    row[pivot] = root;
    rows.push(row);
  }
  const factor = matrix(rows.length, n);
  rows.forEach((row, i) => {
    factor.data.set(row, i * n);
  });
  return factor;
}

/** log det(A) from the factor L of A. */
export function logDeterminant(l: Matrix): number {
  let sum = 0;
  for (let i = 0; i < l.rows; i++) sum += Math.log(l.data[i * l.columns + i]!);
  return 2 * sum;
}

/** X with L X = B, for L [n, n] lower triangular and B [n, m]. */
export function solveLower(l: Matrix, b: Matrix): Matrix {
  requireFit('solveLower', l, b);
  const x = matrix(b.rows, b.columns, Float64Array.from(b.data));
  const { data, columns } = x;
  for (let i = 0; i < l.rows; i++) {
    for (let k = 0; k < i; k++) subtractRow(data, columns, i, k, l.data[i * l.columns + k]!);
    scaleRow(data, columns, i, 1 / l.data[i * l.columns + i]!);
  }
  return x;
}

/** X with L' X = B, for L [n, n] lower triangular and B [n, m]. */
export function solveLowerTransposed(l: Matrix, b: Matrix): Matrix {
  requireFit('solveLowerTransposed', l, b);
  const x = matrix(b.rows, b.columns, Float64Array.from(b.data));
  const { data, columns } = x;
  for (let i = l.rows - 1; i >= 0; i--) {
    for (let k = i + 1; k < l.rows; k++) subtractRow(data, columns, i, k, l.data[k * l.columns + i]!);
    scaleRow(data, columns, i, 1 / l.data[i * l.columns + i]!);
  }
  return x;
}

function subtractRow(data: Float64Array, columns: number, to: number, from: number, factor: number): void {
  if (factor === 0) return;
  for (let j = 0; j < columns; j++)
    data[to * columns + j] = data[to * columns + j]! - factor * data[from * columns + j]!;
}

function scaleRow(data: Float64Array, columns: number, row: number, factor: number): void {
  for (let j = 0; j < columns; j++) data[row * columns + j] = data[row * columns + j]! * factor;
}

function requireFit(op: string, l: Matrix, b: Matrix): void {
  if (sizeOfSquare(op, l) !== b.rows)
    throw new GraftError('shape-mismatch', {
      op,
      shapes: [
        [l.rows, l.columns],
        [b.rows, b.columns],
      ],
      rule: 'the right-hand side has one row for each row of the matrix',
    });
}
