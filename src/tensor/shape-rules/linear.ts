import { GraftError } from '../../errors.ts';
import type { ConvAttributes, OpName, PoolAttributes } from '../ops.ts';
import { broadcast, concrete, type Dimension, type Shape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { expectType, type ShapeRules, type TensorType } from './shape-rule.ts';

function fail(op: string, shapes: Shape[], rule: string): never {
  throw new GraftError('shape-mismatch', { op, shapes, rule });
}

/** Checks that the attributes have an entry for each spatial axis and returns the spatial sizes. */
function spatialSizes(
  op: string,
  x: Tensor,
  a: Pick<ConvAttributes, 'strides' | 'pads'> & { dilations?: readonly number[]; kernel?: readonly number[] },
): readonly number[] {
  const n = x.shape.length - 2;
  if (n < 1) fail(op, [x.shape], 'the input needs batch, channel and at least one spatial axis');
  const lengths = [a.strides.length, a.pads.length / 2, a.dilations?.length ?? n, a.kernel?.length ?? n];
  if (lengths.some((length) => length !== n))
    fail(
      op,
      [x.shape],
      `strides, pads, dilations and kernel need an entry for each of the ${n} spatial axes`,
    );
  const steps = [...a.strides, ...(a.dilations ?? []), ...(a.kernel ?? [])];
  if (![...steps, ...a.pads].every(Number.isInteger) || Math.min(...steps) < 1 || Math.min(...a.pads) < 0)
    fail(op, [x.shape], 'strides, dilations and kernel must be whole numbers from 1 on, pads from 0 on');
  return concrete(x.shape.slice(2), op);
}

/** Spatial output sizes of a convolution or pooling window that moves over `sizes`. */
export function windowSizes(
  op: string,
  sizes: readonly number[],
  kernel: readonly number[],
  { strides, pads }: Pick<ConvAttributes, 'strides' | 'pads'>,
  dilations?: readonly number[],
): number[] {
  return sizes.map((size, i) => {
    if (kernel[i]! < 1) fail(op, [sizes, kernel], 'the window needs at least one place on each axis');
    const span = (dilations?.[i] ?? 1) * (kernel[i]! - 1) + 1;
    const result = Math.floor((size + pads[i]! + pads[i + sizes.length]! - span) / strides[i]!) + 1;
    if (result < 1) fail(op, [sizes, kernel], 'the window must fit into the padded input');
    return result;
  });
}

function expectAll(op: OpName, inputs: readonly Tensor[]): void {
  for (const operand of inputs) expectType(op, operand, 'float32');
}

function checkBias(op: string, bias: Tensor | undefined, channels: Dimension): void {
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== channels))
    fail(op, [bias.shape], `the bias must have shape [${channels}]`);
}

function pool(op: OpName, x: Tensor, a: PoolAttributes & { dilations?: readonly number[] }): Shape {
  expectAll(op, [x]);
  const sizes = spatialSizes(op, x, a);
  if (a.pads.some((pad, i) => pad * 2 > a.kernel[i % sizes.length]!))
    fail(op, [x.shape, a.kernel], 'padding may be at most half the kernel');
  return [...x.shape.slice(0, 2), ...windowSizes(op, sizes, a.kernel, a, a.dilations)];
}

export const linearShapes = {
  matmul: (inputs, { transposeA, transposeB }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    expectAll('matmul', inputs);
    if (a.shape.length < 2 || b.shape.length < 2)
      fail('matmul', [a.shape, b.shape], 'both need at least two axes');
    const [m, k] = (transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2)) as [Dimension, Dimension];
    const [l, n] = (transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2)) as [Dimension, Dimension];
    if (k !== l) fail('matmul', [a.shape, b.shape], `the inner dimensions ${k} and ${l} must be equal`);
    return [
      { shape: [...broadcast('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n], dtype: 'float32' },
    ];
  },
  conv: (inputs, a) => {
    const [x, w, bias] = inputs as [Tensor, Tensor, Tensor?];
    expectAll('conv', inputs);
    const sizes = spatialSizes('conv', x, a);
    const weight = concrete(w.shape, 'conv');
    const channels = x.shape[1]!;
    if (weight.length !== x.shape.length || channels !== weight[1]! * a.groups || weight[0]! % a.groups !== 0)
      fail(
        'conv',
        [x.shape, w.shape],
        'the weight must be [out, in / groups, ...kernel] with out divisible by groups',
      );
    checkBias('conv', bias, weight[0]!);
    const spatial = windowSizes('conv', sizes, weight.slice(2), a, a.dilations);
    return [{ shape: [x.shape[0]!, weight[0]!, ...spatial], dtype: 'float32' }];
  },
  'conv-transpose': (inputs, a) => {
    const [x, w, bias] = inputs as [Tensor, Tensor, Tensor?];
    expectAll('conv-transpose', inputs);
    const sizes = spatialSizes('conv-transpose', x, a);
    const extra = a.outputPadding;
    if (extra.length !== sizes.length || !extra.every((n, i) => n >= 0 && n < a.strides[i]!))
      fail('conv-transpose', [x.shape, extra], 'the output padding of each axis must lie below its stride');
    const weight = concrete(w.shape, 'conv-transpose');
    if (weight.length !== x.shape.length || x.shape[1] !== weight[0] || weight[0]! % a.groups !== 0)
      fail('conv-transpose', [x.shape, w.shape], 'the weight must be [in, out / groups, ...kernel]');
    const channels = weight[1]! * a.groups;
    checkBias('conv-transpose', bias, channels);
    const spatial = sizes.map((size, i) => {
      const result =
        (size - 1) * a.strides[i]! -
        a.pads[i]! -
        a.pads[i + sizes.length]! +
        a.dilations[i]! * (weight[i + 2]! - 1) +
        1 +
        extra[i]!;
      if (result < 1) fail('conv-transpose', [x.shape, w.shape], 'the padding leaves no output');
      return result;
    });
    return [{ shape: [x.shape[0]!, channels, ...spatial], dtype: 'float32' }];
  },
  'max-pool': (inputs, a): TensorType[] => {
    const shape = pool('max-pool', inputs[0]!, a);
    return [
      { shape, dtype: 'float32' },
      { shape, dtype: 'int32' },
    ];
  },
  'average-pool': (inputs, a) => [{ shape: pool('average-pool', inputs[0]!, a), dtype: 'float32' }],
  'layer-norm': (inputs): TensorType[] => {
    const [x, scale, bias] = inputs as [Tensor, Tensor, Tensor?];
    expectAll('layer-norm', inputs);
    const size = x.shape[x.shape.length - 1];
    for (const vector of bias === undefined ? [scale] : [scale, bias])
      if (vector.shape.length !== 1 || vector.shape[0] !== size)
        fail('layer-norm', [x.shape, vector.shape], 'scale and bias must be as long as the last axis');
    const statistic: TensorType = { shape: [...x.shape.slice(0, -1), 1], dtype: 'float32' };
    return [{ shape: x.shape, dtype: 'float32' }, statistic, statistic];
  },
  softmax: (inputs) => {
    const [x] = inputs as [Tensor];
    expectAll('softmax', inputs);
    if (x.shape.length === 0) fail('softmax', [x.shape], 'there must be an axis to sum over');
    return [{ shape: x.shape, dtype: 'float32' }];
  },
  attention: (inputs): TensorType[] => {
    const [q, k, v, mask] = inputs as [Tensor, Tensor, Tensor, Tensor?];
    expectAll('attention', inputs);
    if (Math.min(q.shape.length, k.shape.length, v.shape.length) < 2)
      fail('attention', [q.shape, k.shape, v.shape], 'all need at least two axes');
    const lead = q.shape.slice(0, -2);
    const [t, d] = q.shape.slice(-2) as [Dimension, Dimension];
    const [s, e] = v.shape.slice(-2) as [Dimension, Dimension];
    if (!sameShape(lead, k.shape.slice(0, -2)) || !sameShape(lead, v.shape.slice(0, -2)))
      fail('attention', [q.shape, k.shape, v.shape], 'the leading axes must be equal');
    if (k.shape[k.shape.length - 1] !== d || k.shape[k.shape.length - 2] !== s)
      fail('attention', [q.shape, k.shape, v.shape], 'q and k share the last axis, k and v the one before');
    const scores = [...lead, t, s];
    if (mask !== undefined && !sameShape(broadcast('attention', mask.shape, scores), scores))
      fail('attention', [mask.shape, scores], 'the mask may not be larger than the scores');
    return [
      { shape: [...lead, t, e], dtype: 'float32' },
      { shape: scores, dtype: 'float32' },
    ];
  },
} satisfies Partial<ShapeRules>;
