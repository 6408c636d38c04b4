/**
 * Eigenvalues and eigenvectors of real symmetric matrices: Householder reduction to tridiagonal form, then the QL algorithm
 * with implicit shifts (Golub and Van Loan, 'Matrix Computations', 4th ed., sections 8.3.1 to 8.3.5; the shift is Wilkinson's).
 */
import { GraftError } from '../errors.ts';
import { identity, type Matrix, matrix, sizeOfSquare } from './matrix.ts';

/** Eigenvalues in ascending order and, as rows of `vectors` [n, n], the eigenvectors of unit length in the same order. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/** All eigenvalues and eigenvectors of a symmetric matrix [n, n]; only its lower triangle is read. A = V' diag(values) V. */
export function symmetricEigen(a: Matrix): Eigen {
  const { diagonal, offDiagonal, basis } = tridiagonalise(a, true);
  const vectors = basis as Matrix;
  tridiagonalEigen(diagonal, offDiagonal, vectors);
  const order = [...diagonal.keys()].sort((i, j) => diagonal[i]! - diagonal[j]!);
  const sorted = matrix(a.rows, a.rows);
  order.forEach((from, to) => {
    sorted.data.set(vectors.data.subarray(from * a.rows, (from + 1) * a.rows), to * a.rows);
  });
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: sorted };
}

/** The eigenvalues of a symmetric matrix [n, n] in ascending order; only its lower triangle is read. */
export function symmetricEigenvalues(a: Matrix): Float64Array {
  const { diagonal, offDiagonal } = tridiagonalise(a, false);
  tridiagonalEigen(diagonal, offDiagonal);
  return diagonal.sort();
}

/** Q A Q' = T with T tridiagonal; `basis` is Q [n, n] when asked for. */
function tridiagonalise(
  a: Matrix,
  withBasis: boolean,
): { diagonal: Float64Array; offDiagonal: Float64Array; basis: Matrix | undefined } {
  const n = sizeOfSquare('symmetric eigenvalues', a);
  const w = Float64Array.from(a.data);
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) w[i * n + j] = w[j * n + i]!;
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(Math.max(0, n - 1));
  const scales = new Float64Array(n);
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k + 1 < n; k++) {
    diagonal[k] = w[k * n + k]!;
    // Row k right of the diagonal becomes (beta, 0, ..., 0); the reflector I - scale v v' is kept in that row.
    const { beta, scale } = reflector(w, k * n + k + 1, n - k - 1);
    offDiagonal[k] = beta;
    scales[k] = scale;
    if (scale === 0) continue;
    for (let i = k + 1; i < n; i++) v[i] = w[k * n + i]!;
    let product = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += w[i * n + j]! * v[j]!;
      p[i] = scale * sum;
      product += p[i]! * v[i]!;
    }
    const half = (scale * product) / 2;
    for (let i = k + 1; i < n; i++) p[i] = p[i]! - half * v[i]!;
    for (let i = k + 1; i < n; i++) {
      const vi = v[i]!;
      const pi = p[i]!;
      const start = i * n;
      for (let j = k + 1; j < n; j++) w[start + j] = w[start + j]! - (vi * p[j]! + pi * v[j]!);
    }
  }
  if (n > 0) diagonal[n - 1] = w[n * n - 1]!;
  if (!withBasis) return { diagonal, offDiagonal, basis: undefined };
  // Q = H(n-2) ... H(0), accumulated from its last factor so that each one touches only the block that it changes.
  const q = identity(n);
  const rows = q.data;
  for (let k = n - 2; k >= 0; k--) {
    const scale = scales[k]!;
    if (scale === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const start = i * n;
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += rows[start + j]! * w[k * n + j]!;
      sum *= scale;
      for (let j = k + 1; j < n; j++) rows[start + j] = rows[start + j]! - sum * w[k * n + j]!;
    }
  }
  return { diagonal, offDiagonal, basis: q };
}

/**
 * Householder reflector of the vector x at data[start .. start + length): overwrites it with v such that
 * (I - scale v v') x = (beta, 0, ..., 0). Scale 0 means that x has that form already.
 */
export function reflector(
  data: Float64Array,
  start: number,
  length: number,
): { beta: number; scale: number } {
  let largest = 0;
  for (let i = 1; i < length; i++) largest = Math.max(largest, Math.abs(data[start + i]!));
  const first = data[start]!;
  if (Number.isNaN(first) || Number.isNaN(largest))
    throw new GraftError('not-finite', { what: 'a matrix entry' });
  if (largest === 0) return { beta: first, scale: 0 };
  largest = Math.max(largest, Math.abs(first));
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const value = data[start + i]! / largest;
    data[start + i] = value;
    sum += value * value;
  }
  const norm = Math.sqrt(sum);
  const head = data[start]!;
  const beta = head > 0 ? -norm : norm;
  data[start] = head - beta;
  return { beta: beta * largest, scale: 1 / (norm * (norm + Math.abs(head))) };
}

/**
 * Eigenvalues of the symmetric tridiagonal matrix with the given diagonal [n] and off-diagonal [n - 1], by implicit QL; they
 * replace `diagonal`, unsorted, and `offDiagonal` is destroyed. With `basis` [n, m] its rows are rotated along: the rows
 * of Q become the eigenvectors.
 */
export function tridiagonalEigen(diagonal: Float64Array, offDiagonal: Float64Array, basis?: Matrix): void {
  const n = diagonal.length;
  const d = diagonal;
  const e = new Float64Array(n);
  e.set(offDiagonal.subarray(0, Math.max(0, n - 1)));
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!), Math.abs(e[i]!));
  const negligible = Number.EPSILON * norm;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m + 1 < n && !(Math.abs(e[m]!) <= negligible)) m++;
      if (m === l) break;
      if (sweep === 100)
        throw new GraftError('not-finite', {
          what: 'an eigenvalue',
          hint: 'The QL iteration did not settle; the matrix may hold NaN or infinite entries.',
        });
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let r = Math.hypot(g, 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        let f = s * e[i]!;
        const b = c * e[i]!;
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] = d[i + 1]! - p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        if (basis !== undefined) {
          const { columns, data } = basis;
          const lower = i * columns;
          const upper = lower + columns;
          for (let k = 0; k < columns; k++) {
            f = data[upper + k]!;
            const h = data[lower + k]!;
            data[upper + k] = s * h + c * f;
            data[lower + k] = c * h - s * f;
          }
        }
      }
      if (r === 0 && i >= l) continue;
      d[l] = d[l]! - p;
      e[l] = g;
      e[m] = 0;
    }
  }
}
