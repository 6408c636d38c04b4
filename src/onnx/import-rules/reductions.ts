import { concat, expand, reshape, slice, transpose } from '../../tensor/functions/arrangement.ts';
import { abs, cast, log, mul, sqrt, square } from '../../tensor/functions/elementwise.ts';
import { logsumexp, max, mean, min, sum } from '../../tensor/functions/reduction.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { extremeIndex, floats } from './arg-max.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { dims, filled, type Value } from './value.ts';

type Reduce = (x: Tensor, axes: readonly number[], keep: boolean) => Tensor;

/** Product over axes: halves are multiplied until one element is left. */
function product(x: Tensor, axes: readonly number[], keep: boolean): Tensor {
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const kept = others.map((i) => dims(x)[i]!);
  let n = sizeOf(axes.map((i) => dims(x)[i]!));
  let rest = reshape(transpose(x, [...others, ...axes]), [...kept, n]);
  const last = kept.length;
  while (n > 1) {
    if (n % 2 === 1) {
      rest = concat([rest, expand(floats([1], []), [...kept, 1])], last);
      n++;
    }
    rest = mul(slice(rest, last, 0, n / 2), slice(rest, last, n / 2));
    n /= 2;
  }
  return reshape(rest, keep ? dims(x).map((d, i) => (axes.includes(i) ? 1 : d)) : kept);
}

/**
 * A reduction over the axes of an attribute (older files) or an input, over all where none are given.
 * @param empty the result over no elements
 */
const reduction =
  (compute: Reduce, empty: number) =>
  (node: ImportNode): (Tensor | Value)[] => {
    const value = node.value(0);
    const rank = value.shape.length;
    const given = node.axes('axes', 1, rank);
    const keep = node.int('keepdims', 1) === 1;
    const none = given === undefined || given.length === 0;
    if (none && node.int('noop_with_empty_axes', 0) === 1) return [value];
    const axes = none ? value.shape.map((_, i) => i) : [...new Set(given)].sort((a, b) => a - b);
    if (axes.some((i) => value.shape[i] === 0)) {
      const shape = value.shape.flatMap((d, i) => (axes.includes(i) ? (keep ? [1] : []) : [d]));
      return [filled(empty, shape, value.dtype)];
    }
    const x = node.tensor(0);
    return [cast(compute(cast(x, 'float32'), axes, keep), x.dtype)];
  };

/** Numbers over axes put together, and where the largest one stands. */
export const reductionRules = {
  ReduceSum: reduction(sum, 0),
  ReduceMean: reduction(mean, Number.NaN),
  ReduceMax: reduction(max, -Infinity),
  ReduceMin: reduction(min, Infinity),
  ReduceProd: reduction(product, 1),
  ReduceL1: reduction((x, axes, keep) => sum(abs(x), axes, keep), 0),
  ReduceL2: reduction((x, axes, keep) => sqrt(sum(square(x), axes, keep)), 0),
  ReduceSumSquare: reduction((x, axes, keep) => sum(square(x), axes, keep), 0),
  ReduceLogSum: reduction((x, axes, keep) => log(sum(x, axes, keep)), -Infinity),
  ReduceLogSumExp: reduction(logsumexp, -Infinity),
  ArgMax: extremeIndex(1),
  ArgMin: extremeIndex(-1),
} satisfies ImportRules;
