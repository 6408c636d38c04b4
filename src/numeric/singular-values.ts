/** Singular values and the nuclear norm, by Householder bidiagonalisation (Golub and Van Loan, section 5.4.8). */
import { type Matrix, transpose } from './matrix.ts';
import { reflector, tridiagonalEigen } from './symmetric-eigen.ts';

/**
 * The min(m, n) singular values of A [m, n] in descending order. The bidiagonal form is turned into the symmetric tridiagonal
 * matrix with a diagonal of zeros whose eigenvalues are the singular values and their negatives, so nothing is squared: small
 * singular values are good to rounding times the largest.
 */
export function singularValues(a: Matrix): Float64Array {
  const tall = a.rows >= a.columns ? a : transpose(a);
  const m = tall.rows;
  const n = tall.columns;
  if (n === 0) return new Float64Array(0);
  const w = Float64Array.from(tall.data);
  const diagonal = new Float64Array(n);
  const superDiagonal = new Float64Array(Math.max(0, n - 1));
  const column = new Float64Array(m);
  const sums = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let i = k; i < m; i++) column[i] = w[i * n + k]!;
    const left = reflector(column, k, m - k);
    diagonal[k] = left.beta;
    if (left.scale !== 0) {
      sums.fill(0);
      for (let i = k; i < m; i++) {
        const v = column[i]!;
        for (let j = k + 1; j < n; j++) sums[j] = sums[j]! + v * w[i * n + j]!;
      }
      for (let i = k; i < m; i++) {
        const v = left.scale * column[i]!;
        for (let j = k + 1; j < n; j++) w[i * n + j] = w[i * n + j]! - v * sums[j]!;
      }
    }
    if (k + 1 === n) break;
    const right = reflector(w, k * n + k + 1, n - k - 1);
    superDiagonal[k] = right.beta;
    if (right.scale === 0) continue;
    for (let i = k + 1; i < m; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += w[i * n + j]! * w[k * n + j]!;
      sum *= right.scale;
      for (let j = k + 1; j < n; j++) w[i * n + j] = w[i * n + j]! - sum * w[k * n + j]!;
    }
  }
  const zero = new Float64Array(2 * n);
  const off = new Float64Array(2 * n - 1);
  for (let k = 0; k < n; k++) {
    off[2 * k] = diagonal[k]!;
    if (k + 1 < n) off[2 * k + 1] = superDiagonal[k]!;
  }
  tridiagonalEigen(zero, off);
  // One of each pair; half the sum of the moduli of a pair would do as well.
  return zero
    .sort()
    .subarray(n)
    .map((value) => Math.max(0, value))
    .reverse();
}

/** The sum of the singular values of A. */
export function nuclearNorm(a: Matrix): number {
  return singularValues(a).reduce((sum, value) => sum + value, 0);
}
