import { apply } from '../build.ts';
import { type Dimension, normaliseAxis } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { reshape } from './arrangement.ts';
import { add, div, equal, exp, log, mul, sqrt, square, stopGradient, sub, where } from './elementwise.ts';

/** Axes to reduce: one, several, or all when undefined. Negative axes count from the back. */
export type Axes = number | readonly number[] | undefined;

function reduce(op: 'sum' | 'mean' | 'max' | 'min', x: Tensor, axes: Axes, keep: boolean): Tensor {
  const rank = x.shape.length;
  const list = axes === undefined ? [...Array(rank).keys()] : typeof axes === 'number' ? [axes] : axes;
  const sorted = [...new Set(list.map((axis) => normaliseAxis(op, axis, rank)))].sort((a, b) => a - b);
  return sorted.length === 0 ? x : apply(op, [x], { axes: sorted, keep });
}

export const sum = (x: Tensor, axes?: Axes, keep = false): Tensor => reduce('sum', x, axes, keep);
export const mean = (x: Tensor, axes?: Axes, keep = false): Tensor => reduce('mean', x, axes, keep);
/** The largest element; where several are equal they share the gradient evenly. */
export const max = (x: Tensor, axes?: Axes, keep = false): Tensor => reduce('max', x, axes, keep);
/** The smallest element; where several are equal they share the gradient evenly. */
export const min = (x: Tensor, axes?: Axes, keep = false): Tensor => reduce('min', x, axes, keep);

/** Mean squared deviation from the mean; `correction` 1 divides by n - 1 (needs concrete sizes). */
export function variance(x: Tensor, axes?: Axes, keep = false, correction = 0): Tensor {
  const deviation = sub(x, mean(x, axes, true));
  const result = mean(square(deviation), axes, keep);
  if (correction === 0) return result;
  const kept = sum(x, axes, true);
  const n = x.shape.reduce<number>((size, d, i) => (kept.shape[i] === d ? size : size * (d as number)), 1);
  return mul(result, n / (n - correction));
}

/** log(sum(exp(x))) without overflow; -Infinity where all x are. */
export function logsumexp(x: Tensor, axes?: Axes, keep = false): Tensor {
  const largest = stopGradient(max(x, axes, true));
  // An infinite maximum less itself is no number.
  const top = where(equal(largest, -Infinity), 0, largest);
  const total = sum(exp(sub(x, top)), axes, true);
  const result = add(log(total), top);
  if (keep) return result;
  return reshape(result, sum(x, axes, false).shape);
}

/** Index (int32) of the largest element along an axis, the first of equals; the axis is kept with size 1. */
export const argMax = (x: Tensor, axis: number): Tensor =>
  apply('arg-max', [x], { axis: normaliseAxis('arg-max', axis, x.shape.length) });

/** Sums of all elements up to each one along an axis. */
export function cumsum(
  x: Tensor,
  axis: number,
  options: { exclusive?: boolean; reverse?: boolean } = {},
): Tensor {
  return apply('cumsum', [x], {
    axis: normaliseAxis('cumsum', axis, x.shape.length),
    exclusive: options.exclusive ?? false,
    reverse: options.reverse ?? false,
  });
}

/** Square root of the sum of squares. */
export const norm = (x: Tensor, axes?: Axes, keep = false): Tensor => sqrt(sum(square(x), axes, keep));

/** Number of elements of the given axes as a number; needs concrete sizes. */
export function countOf(shape: readonly Dimension[], axes: readonly number[]): number {
  return axes.reduce((size, axis) => size * (shape[axis] as number), 1);
}

/** x / sum(x) along axes. */
export const normalise = (x: Tensor, axes?: Axes): Tensor => div(x, sum(x, axes, true));
