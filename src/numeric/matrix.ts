/** Dense real matrices in float64, stored row by row. */
import { GraftError } from '../errors.ts';

/** A dense matrix [rows, columns]; entry (i, j) is `data[i * columns + j]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** A matrix over `data` (row-major, not copied when it is a Float64Array), or of zeros when none are given. */
export function matrix(rows: number, columns: number, data?: ArrayLike<number>): Matrix {
  if (data !== undefined && data.length !== rows * columns)
    throw new GraftError('shape-mismatch', {
      op: 'matrix',
      shapes: [[rows, columns], [data.length]],
      rule: 'the number of values is rows times columns',
    });
  if (data === undefined) return { rows, columns, data: new Float64Array(rows * columns) };
  return { rows, columns, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** The matrix whose rows are the given lists, all of one length. */
export function matrixFromRows(lists: readonly ArrayLike<number>[]): Matrix {
  const columns = lists[0]?.length ?? 0;
  return concatenateRows(lists.map((list) => matrix(1, columns, list)));
}

/** The identity matrix [n, n]. */
export function identity(n: number): Matrix {
  const result = matrix(n, n);
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
  return result;
}

/** Row `i` as a view (writing to it writes to the matrix). */
export function rowOf(a: Matrix, i: number): Float64Array {
  return a.data.subarray(i * a.columns, (i + 1) * a.columns);
}

/** The transposed matrix, as a copy. */
export function transpose(a: Matrix): Matrix {
  const { rows, columns, data } = a;
  const result = matrix(columns, rows);
  const out = result.data;
  const block = 32;
  for (let i0 = 0; i0 < rows; i0 += block)
    for (let j0 = 0; j0 < columns; j0 += block) {
      const i1 = Math.min(rows, i0 + block);
      const j1 = Math.min(columns, j0 + block);
      for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) out[j * rows + i] = data[i * columns + j]!;
    }
  return result;
}

/** The rows with the given indices, in the given order, as a copy. */
export function selectRows(a: Matrix, indices: ArrayLike<number>): Matrix {
  const result = matrix(indices.length, a.columns);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(index >= 0 && index < a.rows))
      throw new GraftError('invalid-value', {
        what: 'row index',
        received: index,
        allowed: `0 .. ${a.rows - 1}`,
      });
    result.data.set(rowOf(a, index), i * a.columns);
  }
  return result;
}

/** Rows `start` (inclusive) to `end` (exclusive) as a view. */
export function rowRange(a: Matrix, start: number, end: number): Matrix {
  return {
    rows: end - start,
    columns: a.columns,
    data: a.data.subarray(start * a.columns, end * a.columns),
  };
}

/** All rows of all parts, in order; the parts have the same number of columns. */
export function concatenateRows(parts: readonly Matrix[]): Matrix {
  const columns = parts[0]?.columns ?? 0;
  let rows = 0;
  for (const part of parts) {
    if (part.columns !== columns)
      throw new GraftError('shape-mismatch', {
        op: 'concatenateRows',
        shapes: parts.map((p) => [p.rows, p.columns]),
        rule: 'all parts have the same number of columns',
      });
    rows += part.rows;
  }
  const result = matrix(rows, columns);
  let at = 0;
  for (const part of parts) {
    result.data.set(part.data, at);
    at += part.data.length;
  }
  return result;
}

/** Fails unless `a` is square; returns its size. */
export function sizeOfSquare(op: string, a: Matrix): number {
  if (a.rows !== a.columns)
    throw new GraftError('shape-mismatch', {
      op,
      shapes: [[a.rows, a.columns]],
      rule: 'the matrix must be square',
    });
  return a.rows;
}
