/** Thin singular value decomposition by one-sided Jacobi rotations (Demmel and Veselic 1992, 'Jacobi's method is more accurate than QR'). */
import { GraftError } from '../errors.ts';
import { type Matrix, matrix, rowOf, transpose } from './matrix.ts';
import { dot } from './matrix-product.ts';

/** A = U' diag(values) V: values [r] in descending order, the left vectors as rows of U [r, m], the right ones as rows of V [r, n]. */
export interface Svd {
  readonly left: Matrix;
  readonly values: Float64Array;
  readonly right: Matrix;
}

/** The thin singular value decomposition of A [m, n], r = min(m, n). Vectors of singular values that are 0 are rows of zeros on the longer side. */
export function svd(a: Matrix): Svd {
  if (a.rows < a.columns) {
    const { left, values, right } = svd(transpose(a));
    return { left: right, values, right: left };
  }
  const n = a.columns;
  // Rows of w are columns of A; they are rotated until all are orthogonal, and v along with them.
  const w = transpose(a);
  const v = matrix(n, n);
  for (let i = 0; i < n; i++) v.data[i * n + i] = 1;
  for (let sweep = 0; ; sweep++) {
    if (sweep === 60) throw new GraftError('not-finite', { what: 'a singular value' });
    let rotated = false;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const x = rowOf(w, p);
        const y = rowOf(w, q);
        const alpha = dot(x, x);
        const beta = dot(y, y);
        const gamma = dot(x, y);
        if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta) || gamma === 0) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        rotate(x, y, c, c * t);
        rotate(rowOf(v, p), rowOf(v, q), c, c * t);
      }
    if (!rotated) break;
  }
  const norms = Float64Array.from({ length: n }, (_, i) => Math.sqrt(dot(rowOf(w, i), rowOf(w, i))));
  const order = [...norms.keys()].sort((i, j) => norms[j]! - norms[i]!);
  const left = matrix(n, a.rows);
  const right = matrix(n, n);
  order.forEach((from, to) => {
    const norm = norms[from]!;
    if (norm > 0)
      left.data.set(
        rowOf(w, from).map((value) => value / norm),
        to * a.rows,
      );
    right.data.set(rowOf(v, from), to * n);
  });
  return { left, values: Float64Array.from(order, (i) => norms[i]!), right };
}

function rotate(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const kept = x[i]!;
    x[i] = c * kept - s * y[i]!;
    y[i] = s * kept + c * y[i]!;
  }
}
