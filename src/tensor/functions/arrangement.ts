import { GraftError } from '../../errors.ts';
import { apply } from '../build.ts';
import { type Dimension, normaliseAxis, product, quotient, type Shape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/** The same elements in row-major order in another shape; one dimension may be -1 and is then worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const open = shape.indexOf(-1);
  let target = shape;
  if (open >= 0) {
    const rest = product(shape.filter((_, i) => i !== open));
    const size = quotient(product(x.shape), rest);
    if (size === undefined)
      throw new GraftError('shape-mismatch', {
        op: 'reshape',
        shapes: [x.shape, shape],
        rule: `the elements must be divisible by ${rest}`,
      });
    target = shape.map((dimension, i) => (i === open ? size : dimension));
  }
  return sameShape(x.shape, target) ? x : apply('reshape', [x], { shape: target });
}

/** Axes in another order; without `permutation` the last two are swapped. */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  const rank = x.shape.length;
  if (permutation === undefined && rank < 2)
    throw new GraftError('shape-mismatch', {
      op: 'transpose',
      shapes: [x.shape],
      rule: 'there must be two axes to swap',
    });
  const order = permutation ?? [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return order.every((axis, i) => axis === i) ? x : apply('transpose', [x], { permutation: order });
}

/** Elements start, start + step, ... before end along one axis. Negative start or end count from the back. */
export function slice(x: Tensor, axis: number, start: number, end?: number, step = 1): Tensor {
  const at = normaliseAxis('slice', axis, x.shape.length);
  const size = x.shape[at]!;
  const from = start < 0 ? start + (size as number) : start;
  const to: Dimension = end === undefined ? size : end < 0 ? end + (size as number) : end;
  return sliceAll(
    x,
    x.shape.map((_, i) => (i === at ? { start: from, end: to, step } : undefined)),
  );
}

/** Several axes sliced at once; undefined takes an axis whole. Bounds are absolute; -1 as end of a negative step means 'before 0'. */
export function sliceAll(
  x: Tensor,
  ranges: readonly ({ start: number; end: Dimension; step: number } | undefined)[],
): Tensor {
  const whole = ranges.every(
    (r, i) => r === undefined || (r.start === 0 && r.step === 1 && r.end === x.shape[i]),
  );
  if (whole) return x;
  return apply('slice', [x], {
    starts: ranges.map((r) => r?.start ?? 0),
    ends: ranges.map((r, i) => r?.end ?? x.shape[i]!),
    steps: ranges.map((r) => r?.step ?? 1),
  });
}

/** The axis in reverse order. */
export function flip(x: Tensor, axis: number): Tensor {
  const at = normaliseAxis('flip', axis, x.shape.length);
  return sliceAll(
    x,
    x.shape.map((size, i) => (i === at ? { start: (size as number) - 1, end: -1, step: -1 } : undefined)),
  );
}

/** Tensors joined along an axis. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const at = normaliseAxis('concat', axis, parts[0]?.shape.length ?? 0);
  return parts.length === 1 ? parts[0]! : apply('concat', parts, { axis: at });
}

/** Tensors of one shape joined along a new axis. */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  return concat(
    parts.map((part) => unsqueeze(part, axis)),
    axis,
  );
}

/** Consecutive pieces of the given sizes along an axis. */
export function split(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    const part = slice(x, axis, start, start + size);
    start += size;
    return part;
  });
}

/** A new axis of size 1 at position `axis` of the result. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  const at = normaliseAxis('unsqueeze', axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** An axis of size 1 taken away. */
export function squeeze(x: Tensor, axis: number): Tensor {
  const at = normaliseAxis('squeeze', axis, x.shape.length);
  if (x.shape[at] !== 1)
    throw new GraftError('shape-mismatch', {
      op: 'squeeze',
      shapes: [x.shape],
      rule: `axis ${axis} must have size 1`,
    });
  return reshape(
    x,
    x.shape.filter((_, i) => i !== at),
  );
}

/** Repeats dimensions of 1 (or absent leading ones) to fill the shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply('expand', [x], { shape });
}

export type PadMode = 'constant' | 'reflect' | 'edge';

/** Adds elements before and after each axis: a value, the mirrored interior (without the edge), or the edge repeated. */
export function pad(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  mode: PadMode = 'constant',
  value = 0,
): Tensor {
  if (before.every((n) => n === 0) && after.every((n) => n === 0)) return x;
  if (mode === 'constant') return apply('pad', [x], { before, after, value });
  return x.shape.reduce<Tensor>(
    (result, size, axis) => padAxis(result, axis, size as number, before[axis]!, after[axis]!, mode),
    x,
  );
}

function padAxis(
  x: Tensor,
  axis: number,
  size: number,
  before: number,
  after: number,
  mode: 'reflect' | 'edge',
): Tensor {
  if (before === 0 && after === 0) return x;
  if (mode === 'reflect' && Math.max(before, after) >= size)
    throw new GraftError('shape-mismatch', {
      op: 'pad',
      shapes: [x.shape],
      rule: 'reflection needs pads below the size',
    });
  const repeat = (part: Tensor, n: number) =>
    expand(
      part,
      part.shape.map((d, i) => (i === axis ? n : d)),
    );
  const first =
    mode === 'edge'
      ? () => repeat(slice(x, axis, 0, 1), before)
      : () => flip(slice(x, axis, 1, before + 1), axis);
  const last =
    mode === 'edge'
      ? () => repeat(slice(x, axis, size - 1, size), after)
      : () => flip(slice(x, axis, size - 1 - after, size - 1), axis);
  return concat([...(before > 0 ? [first()] : []), x, ...(after > 0 ? [last()] : [])], axis);
}

/** The slices of x along `axis` at int32 indices; the indices' axes stand in place of `axis`. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return apply('gather', [x, indices], { axis: normaliseAxis('gather', axis, x.shape.length) });
}

/** Rows of a table [vocabulary, width] at int32 ids of any shape. */
export const embedding = (table: Tensor, ids: Tensor): Tensor => gather(table, ids, 0);

/** One element along `axis` for each int32 index; `indices` have x's shape but for that axis. */
export function gatherElements(x: Tensor, indices: Tensor, axis: number): Tensor {
  return apply('gather-elements', [x, indices], {
    axis: normaliseAxis('gather-elements', axis, x.shape.length),
  });
}

/** Zeros with `size` along `axis`, to which each update is added at its int32 index. */
export function scatterAdd(updates: Tensor, indices: Tensor, axis: number, size: Dimension): Tensor {
  return apply('scatter-add', [updates, indices], {
    axis: normaliseAxis('scatter-add', axis, updates.shape.length),
    size,
  });
}

/** 1 at each index, else 0, along a new last axis. */
export const oneHot = (indices: Tensor, depth: number): Tensor => apply('one-hot', [indices], { depth });

/** [n, c r^2, h, w] -> [n, c, h r, w r] (Shi et al. 2016); channel order as in PyTorch. */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  const [n, c, h, w] = x.shape as [Dimension, number, number, number];
  const out = c / factor ** 2;
  const parts = reshape(x, [n, out, factor, factor, h, w]);
  return reshape(transpose(parts, [0, 1, 4, 2, 5, 3]), [n, out, h * factor, w * factor]);
}

/** The inverse of `pixelShuffle`: [n, c, h r, w r] -> [n, c r^2, h, w]. */
export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  const [n, c, h, w] = x.shape as [Dimension, number, number, number];
  const parts = reshape(x, [n, c, h / factor, factor, w / factor, factor]);
  return reshape(transpose(parts, [0, 1, 3, 5, 2, 4]), [n, c * factor ** 2, h / factor, w / factor]);
}
