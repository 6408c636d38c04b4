/** Matrix products, blocked for the cache. Sums run in one fixed order, whatever the block an entry falls into. */
import { GraftError } from '../errors.ts';
import { type Matrix, matrix, transpose } from './matrix.ts';

/** Rows of the right operand that stay in the cache while the left one streams by. */
const rowBlock = 64;
/** Length of the partial sums; longer sums add up such parts. */
const sumBlock = 512;

/** A B of A [m, k] and B [k, n]: [m, n]. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows) throw mismatch('multiply', a, b, "A's columns equal B's rows");
  return multiplyTransposed(a, transpose(b));
}

/** A B' of A [m, k] and B [n, k]: [m, n], entry (i, j) being the inner product of row i of A and row j of B. */
export function multiplyTransposed(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.columns) throw mismatch('multiplyTransposed', a, b, 'both have as many columns');
  const out = matrix(a.rows, b.rows);
  for (let k0 = 0; k0 < a.columns; k0 += sumBlock) {
    const k1 = Math.min(a.columns, k0 + sumBlock);
    for (let j0 = 0; j0 < b.rows; j0 += rowBlock)
      addProducts(a, b, 0, a.rows, j0, Math.min(b.rows, j0 + rowBlock), k0, k1, out);
  }
  return out;
}

/** A' A of A [n, d]: the symmetric matrix [d, d] of inner products of columns. */
export function gram(a: Matrix): Matrix {
  return outerGram(transpose(a));
}

/** A A' of A [n, d]: the symmetric matrix [n, n] of inner products of rows. */
export function outerGram(a: Matrix): Matrix {
  const n = a.rows;
  const out = matrix(n, n);
  for (let k0 = 0; k0 < a.columns; k0 += sumBlock) {
    const k1 = Math.min(a.columns, k0 + sumBlock);
    for (let j0 = 0; j0 < n; j0 += rowBlock)
      addProducts(a, a, j0, n, j0, Math.min(n, j0 + rowBlock), k0, k1, out);
  }
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out.data[i * n + j] = out.data[j * n + i]!;
  return out;
}

/** A x of A [m, n] and x [n]: [m]. */
export function multiplyVector(a: Matrix, x: ArrayLike<number>): Float64Array {
  if (a.columns !== x.length)
    throw new GraftError('shape-mismatch', {
      op: 'multiplyVector',
      shapes: [[a.rows, a.columns], [x.length]],
      rule: 'the vector has one entry for each column',
    });
  const out = new Float64Array(a.rows);
  for (let i = 0; i < a.rows; i++) {
    let sum = 0;
    const start = i * a.columns;
    for (let j = 0; j < a.columns; j++) sum += a.data[start + j]! * x[j]!;
    out[i] = sum;
  }
  return out;
}

/** The sum of the products of equal entries. */
export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** Adds the products over columns [k0, k1) of rows [i0, i1) of A with rows [j0, j1) of B; tiles of 2 x 4 sit in registers. */
function addProducts(
  a: Matrix,
  b: Matrix,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
  k0: number,
  k1: number,
  out: Matrix,
): void {
  const d = a.columns;
  const x = a.data;
  const y = b.data;
  const n = out.columns;
  const o = out.data;
  for (let i = i0; i < i1; i += 2) {
    const pair = i + 1 < i1;
    const a0 = i * d;
    // The last odd row is computed twice rather than by code of its own.
    const a1 = pair ? a0 + d : a0;
    let j = j0;
    for (; j + 3 < j1; j += 4) {
      const b0 = j * d;
      const b1 = b0 + d;
      const b2 = b1 + d;
      const b3 = b2 + d;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let t0 = 0;
      let t1 = 0;
      let t2 = 0;
      let t3 = 0;
      for (let k = k0; k < k1; k++) {
        const u = x[a0 + k]!;
        const v = x[a1 + k]!;
        const p = y[b0 + k]!;
        const q = y[b1 + k]!;
        const r = y[b2 + k]!;
        const s = y[b3 + k]!;
        s0 += u * p;
        s1 += u * q;
        s2 += u * r;
        s3 += u * s;
        t0 += v * p;
        t1 += v * q;
        t2 += v * r;
        t3 += v * s;
      }
      const at = i * n + j;
      o[at] = o[at]! + s0;
      o[at + 1] = o[at + 1]! + s1;
      o[at + 2] = o[at + 2]! + s2;
      o[at + 3] = o[at + 3]! + s3;
      if (pair) {
        o[at + n] = o[at + n]! + t0;
        o[at + n + 1] = o[at + n + 1]! + t1;
        o[at + n + 2] = o[at + n + 2]! + t2;
        o[at + n + 3] = o[at + n + 3]! + t3;
      }
    }
    for (; j < j1; j++) {
      const b0 = j * d;
      let s0 = 0;
      let t0 = 0;
      for (let k = k0; k < k1; k++) {
        const p = y[b0 + k]!;
        s0 += x[a0 + k]! * p;
        t0 += x[a1 + k]! * p;
      }
      const at = i * n + j;
      o[at] = o[at]! + s0;
      if (pair) o[at + n] = o[at + n]! + t0;
    }
  }
}

function mismatch(op: string, a: Matrix, b: Matrix, rule: string): GraftError {
  return new GraftError('shape-mismatch', {
    op,
    shapes: [
      [a.rows, a.columns],
      [b.rows, b.columns],
    ],
    rule,
  });
}
