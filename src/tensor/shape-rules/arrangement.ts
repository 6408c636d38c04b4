import { GraftError } from '../../errors.ts';
import type { OpName, ReduceAttributes } from '../ops.ts';
import { broadcast, type Dimension, product, type Shape, sameShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { checkAxis, expectType, type ShapeRules, type TensorType } from './shape-rule.ts';

function fail(op: string, shapes: Shape[], rule: string): never {
  throw new GraftError('shape-mismatch', { op, shapes, rule });
}

function reduce(op: OpName): (inputs: readonly Tensor[], a: ReduceAttributes) => TensorType[] {
  return ([x], { axes, keep }) => {
    expectType(op, x!, 'float32');
    for (const axis of axes) checkAxis(op, axis, x!.shape.length);
    const shape = keep
      ? x!.shape.map((dimension, i) => (axes.includes(i) ? 1 : dimension))
      : x!.shape.filter((_, i) => !axes.includes(i));
    return [{ shape, dtype: 'float32' }];
  };
}

/** Number of elements that start, end and step select of an axis. */
function sliceLength(start: number, end: Dimension, step: number, size: Dimension): Dimension {
  if (start === 0 && step === 1 && end === size) return size;
  if (typeof end === 'string' || typeof size === 'string')
    return fail('slice', [[size]], 'an axis with an open dimension can only be taken whole');
  const valid =
    step > 0 ? start >= 0 && end <= size && start <= end : start < size && end >= -1 && end <= start;
  if (step === 0 || !valid || ![start, end, step].every(Number.isInteger))
    return fail('slice', [[size]], `${start}:${end}:${step} must lie within the axis`);
  // The sum makes 0 of -0.
  return Math.ceil((end - start) / step) + 0;
}

export const arrangementShapes = {
  input: (_, { shape, dtype }) => [{ shape, dtype }],
  constant: (_, { data, shape, dtype }) => {
    if (data.length !== sizeOf(shape)) fail('constant', [shape], `${data.length} values must fill the shape`);
    return [{ shape, dtype }];
  },
  sum: reduce('sum'),
  mean: reduce('mean'),
  max: reduce('max'),
  min: reduce('min'),
  'arg-max': ([x], { axis }) => {
    expectType('arg-max', x!, 'float32');
    checkAxis('arg-max', axis, x!.shape.length);
    if (x!.shape[axis] === 0) fail('arg-max', [x!.shape], 'there must be something to choose from');
    return [{ shape: x!.shape.map((d, i) => (i === axis ? 1 : d)), dtype: 'int32' }];
  },
  cumsum: ([x], { axis }) => {
    expectType('cumsum', x!, 'float32');
    checkAxis('cumsum', axis, x!.shape.length);
    return [{ shape: x!.shape, dtype: 'float32' }];
  },
  reshape: ([x], { shape }) => {
    if (product(x!.shape) !== product(shape))
      fail('reshape', [x!.shape, shape], 'both shapes must hold the same number of elements');
    return [{ shape, dtype: x!.dtype }];
  },
  transpose: ([x], { permutation }) => {
    const sorted = [...permutation].sort((a, b) => a - b);
    if (permutation.length !== x!.shape.length || sorted.some((axis, i) => axis !== i))
      fail('transpose', [x!.shape, permutation], 'the permutation must name every axis once');
    return [{ shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype }];
  },
  slice: ([x], { starts, ends, steps }) => {
    const rank = x!.shape.length;
    if (starts.length !== rank || ends.length !== rank || steps.length !== rank)
      fail('slice', [x!.shape], 'starts, ends and steps need an entry for each axis');
    const shape = x!.shape.map((size, i) => sliceLength(starts[i]!, ends[i]!, steps[i]!, size));
    return [{ shape, dtype: x!.dtype }];
  },
  concat: (inputs, { axis }) => {
    const [first] = inputs;
    if (first === undefined) return fail('concat', [], 'there must be something to join');
    checkAxis('concat', axis, first.shape.length);
    let total: Dimension = 0;
    for (const { shape, dtype } of inputs) {
      const fits =
        shape.length === first.shape.length && shape.every((d, i) => i === axis || d === first.shape[i]);
      if (!fits || dtype !== first.dtype)
        fail('concat', [first.shape, shape], 'all axes but the joined one, and the types, must be equal');
      const size = shape[axis]!;
      if (inputs.length === 1) total = size;
      else if (typeof size === 'string' || typeof total === 'string')
        return fail('concat', [shape], 'the joined axis must have a number in every operand');
      else total += size;
    }
    return [{ shape: first.shape.map((d, i) => (i === axis ? total : d)), dtype: first.dtype }];
  },
  pad: ([x], { before, after }) => {
    if (before.length !== x!.shape.length || after.length !== x!.shape.length)
      fail('pad', [x!.shape, before, after], 'every axis needs a number before and after');
    const shape = x!.shape.map((size, i) => {
      const extra = before[i]! + after[i]!;
      if (extra === 0 && before[i] === 0) return size;
      if (typeof size === 'string') return fail('pad', [x!.shape], 'an open dimension cannot be padded');
      if (Math.min(before[i]!, after[i]!, extra) < -size)
        fail('pad', [x!.shape], 'no more can be cropped than there is');
      return size + extra;
    });
    return [{ shape, dtype: x!.dtype }];
  },
  expand: ([x], { shape }) => {
    if (!sameShape(broadcast('expand', x!.shape, shape), shape))
      fail('expand', [x!.shape, shape], 'dimensions of 1 may be repeated, no other');
    return [{ shape, dtype: x!.dtype }];
  },
  gather: ([x, indices], { axis }) => {
    checkAxis('gather', axis, x!.shape.length);
    expectType('gather', indices!, 'int32');
    return [
      {
        shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)],
        dtype: x!.dtype,
      },
    ];
  },
  'gather-elements': ([x, indices], { axis }) => {
    checkAxis('gather-elements', axis, x!.shape.length);
    expectType('gather-elements', indices!, 'int32');
    const fits =
      x!.shape.length === indices!.shape.length &&
      x!.shape.every((d, i) => i === axis || d === indices!.shape[i]);
    if (!fits)
      fail('gather-elements', [x!.shape, indices!.shape], 'all axes but the indexed one must be equal');
    return [{ shape: indices!.shape, dtype: x!.dtype }];
  },
  'scatter-add': ([updates, indices], { axis, size }) => {
    checkAxis('scatter-add', axis, updates!.shape.length);
    expectType('scatter-add', updates!, 'float32');
    expectType('scatter-add', indices!, 'int32');
    if (!sameShape(updates!.shape, indices!.shape))
      fail('scatter-add', [updates!.shape, indices!.shape], 'updates and indices must have one shape');
    return [{ shape: updates!.shape.map((d, i) => (i === axis ? size : d)), dtype: 'float32' }];
  },
  'one-hot': ([indices], { depth }) => {
    expectType('one-hot', indices!, 'int32');
    return [{ shape: [...indices!.shape, depth], dtype: 'float32' }];
  },
} satisfies Partial<ShapeRules>;
