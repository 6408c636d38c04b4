/**
 * Squared Euclidean distances between rows, summed over squared differences. The shorter form |x|^2 + |y|^2 - 2 x.y is not
 * used: it gives copies a distance that is not 0, and a memorised example must be found exactly.
 */
import { GraftError } from '../errors.ts';
import { type Matrix, matrix } from './matrix.ts';

const rowBlock = 64;

/** Squared distances between the rows of A [m, d] and B [n, d]: [m, n]. */
export function squaredDistances(a: Matrix, b: Matrix): Matrix {
  requireSameWidth('squaredDistances', a, b);
  const out = matrix(a.rows, b.rows);
  for (let j0 = 0; j0 < b.rows; j0 += rowBlock)
    writeDistances(a, b, 0, a.rows, j0, Math.min(b.rows, j0 + rowBlock), out.data, out.columns);
  return out;
}

/** Squared distances between all pairs of rows of A [n, d]: [n, n], symmetric with a diagonal of zeros. */
export function squaredDistancesWithin(a: Matrix): Matrix {
  const n = a.rows;
  const out = matrix(n, n);
  for (let j0 = 0; j0 < n; j0 += rowBlock)
    writeDistances(a, a, j0, n, j0, Math.min(n, j0 + rowBlock), out.data, n);
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out.data[i * n + j] = out.data[j * n + i]!;
  return out;
}

/**
 * Calls `visit` with the squared distances of consecutive blocks of rows of A to all rows of B, so that memory grows with
 * one block only. `block` is [count, B's rows], row-major, and is overwritten by the next.
 */
export function forEachDistanceBlock(
  a: Matrix,
  b: Matrix,
  visit: (firstRow: number, count: number, block: Float64Array) => void,
  blockRows = 128,
): void {
  requireSameWidth('forEachDistanceBlock', a, b);
  const block = new Float64Array(Math.min(blockRows, a.rows) * b.rows);
  for (let i0 = 0; i0 < a.rows; i0 += blockRows) {
    const i1 = Math.min(a.rows, i0 + blockRows);
    const target = block.subarray(0, (i1 - i0) * b.rows);
    for (let j0 = 0; j0 < b.rows; j0 += rowBlock)
      writeDistances(a, b, i0, i1, j0, Math.min(b.rows, j0 + rowBlock), target, b.rows, i0);
    visit(i0, i1 - i0, target);
  }
}

/** The squared distance of two vectors. */
export function squaredDistance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const difference = x[i]! - y[i]!;
    sum += difference * difference;
  }
  return sum;
}

/** Writes the distances of rows [i0, i1) of A to rows [j0, j1) of B; tiles of 2 x 4 sit in registers. */
function writeDistances(
  a: Matrix,
  b: Matrix,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
  out: Float64Array,
  n: number,
  outRow = 0,
): void {
  const d = a.columns;
  const x = a.data;
  const y = b.data;
  for (let i = i0; i < i1; i += 2) {
    const pair = i + 1 < i1;
    const a0 = i * d;
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
      for (let k = 0; k < d; k++) {
        const u = x[a0 + k]!;
        const v = x[a1 + k]!;
        const p = y[b0 + k]!;
        const q = y[b1 + k]!;
        const r = y[b2 + k]!;
        const s = y[b3 + k]!;
        let e = u - p;
        s0 += e * e;
        e = u - q;
        s1 += e * e;
        e = u - r;
        s2 += e * e;
        e = u - s;
        s3 += e * e;
        e = v - p;
        t0 += e * e;
        e = v - q;
        t1 += e * e;
        e = v - r;
        t2 += e * e;
        e = v - s;
        t3 += e * e;
      }
      const at = (i - outRow) * n + j;
      out[at] = s0;
      out[at + 1] = s1;
      out[at + 2] = s2;
      out[at + 3] = s3;
      if (pair) {
        out[at + n] = t0;
        out[at + n + 1] = t1;
        out[at + n + 2] = t2;
        out[at + n + 3] = t3;
      }
    }
    for (; j < j1; j++) {
      const b0 = j * d;
      let s0 = 0;
      let t0 = 0;
      for (let k = 0; k < d; k++) {
        const p = y[b0 + k]!;
        let e = x[a0 + k]! - p;
        s0 += e * e;
        e = x[a1 + k]! - p;
        t0 += e * e;
      }
      const at = (i - outRow) * n + j;
      out[at] = s0;
      if (pair) out[at + n] = t0;
    }
  }
}

function requireSameWidth(op: string, a: Matrix, b: Matrix): void {
  if (a.columns !== b.columns)
    throw new GraftError('shape-mismatch', {
      op,
      shapes: [
        [a.rows, a.columns],
        [b.rows, b.columns],
      ],
      rule: 'both sets have the same number of columns',
    });
}
