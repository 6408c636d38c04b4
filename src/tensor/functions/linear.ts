import { GraftError } from '../../errors.ts';
import { apply, applyNode } from '../build.ts';
import type { ConvAttributes } from '../ops.ts';
import { sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './elementwise.ts';
import { mean } from './reduction.ts';

export interface MatmulOptions {
  transposeA?: boolean;
  transposeB?: boolean;
}

/** Matrix product over the last two axes [..., m, k] x [..., k, n]; leading axes broadcast; either may be transposed. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  return apply('matmul', [a, b], {
    transposeA: options.transposeA ?? false,
    transposeB: options.transposeB ?? false,
  });
}

/** x w^T + bias for x [..., in], w [out, in], bias [out]: the layout of PyTorch's `Linear`. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const product = matmul(x, weight, { transposeB: true });
  return bias === undefined ? product : add(product, bias);
}

export interface ConvOptions {
  stride?: number | readonly number[];
  /** One number for all sides, one for each axis, or begins and then ends. */
  padding?: number | readonly number[];
  dilation?: number | readonly number[];
  groups?: number;
}

const each = (
  value: number | readonly number[] | undefined,
  n: number,
  otherwise: number,
): readonly number[] => (typeof value === 'object' ? value : Array(Math.max(0, n)).fill(value ?? otherwise));

function padsOf(padding: number | readonly number[] | undefined, n: number): readonly number[] {
  const list = each(padding, n, 0);
  return list.length === n ? [...list, ...list] : list;
}

const convAttributes = (options: ConvOptions, n: number): ConvAttributes => ({
  strides: each(options.stride, n, 1),
  pads: padsOf(options.padding, n),
  dilations: each(options.dilation, n, 1),
  groups: options.groups ?? 1,
});

/** Convolution (cross-correlation) over one or two spatial axes: x [n, c, ...], weight [o, c / groups, ...], bias [o]. */
export function conv(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvOptions = {}): Tensor {
  const operands = bias === undefined ? [x, weight] : [x, weight, bias];
  return apply('conv', operands, convAttributes(options, x.shape.length - 2));
}

/** Transposed convolution: x [n, c, ...], weight [c, o / groups, ...], bias [o]. */
export function convTranspose(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvOptions & { outputPadding?: number | readonly number[] } = {},
): Tensor {
  const n = x.shape.length - 2;
  return apply('conv-transpose', bias === undefined ? [x, weight] : [x, weight, bias], {
    ...convAttributes(options, n),
    outputPadding: each(options.outputPadding, n, 0),
  });
}

export interface PoolOptions {
  stride?: number | readonly number[];
  padding?: number | readonly number[];
  dilation?: number | readonly number[];
}

/** Largest element of each window; the first of equals gets the gradient. The stride defaults to the kernel. */
export function maxPool(x: Tensor, kernel: number | readonly number[], options: PoolOptions = {}): Tensor {
  const n = x.shape.length - 2;
  const size = each(kernel, n, 1);
  return applyNode('max-pool', [x], {
    kernel: size,
    strides: options.stride === undefined ? size : each(options.stride, n, 1),
    pads: padsOf(options.padding, n),
    dilations: each(options.dilation, n, 1),
  }).outputs[0]!;
}

/** Mean of each window; padding counts as zeros unless `includePad` is false. */
export function averagePool(
  x: Tensor,
  kernel: number | readonly number[],
  options: Omit<PoolOptions, 'dilation'> & { includePad?: boolean } = {},
): Tensor {
  const n = x.shape.length - 2;
  const size = each(kernel, n, 1);
  return apply('average-pool', [x], {
    kernel: size,
    strides: options.stride === undefined ? size : each(options.stride, n, 1),
    pads: padsOf(options.padding, n),
    includePad: options.includePad ?? true,
  });
}

/** Mean over all spatial axes: [n, c, ...] -> [n, c]. */
export const globalAveragePool = (x: Tensor): Tensor =>
  mean(
    x,
    x.shape.map((_, i) => i).filter((i) => i >= 2),
  );

export interface Attended {
  /** [..., t, e] */
  readonly output: Tensor;
  /** [..., t, s], rows sum to 1. */
  readonly probabilities: Tensor;
}

/** softmax(scale q k^T + mask) v for q [..., t, d], k [..., s, d], v [..., s, e]; the mask [t, s] is added (0 or a large negative number). */
export function attention(q: Tensor, k: Tensor, v: Tensor, mask?: Tensor, scale?: number): Attended {
  const d = q.shape[q.shape.length - 1];
  if (typeof d !== 'number' || !sameShape(q.shape.slice(0, -2), k.shape.slice(0, -2)))
    throw new GraftError('shape-mismatch', {
      op: 'attention',
      shapes: [q.shape, k.shape],
      rule: 'leading axes must be equal and the last one a number',
    });
  const node = applyNode('attention', mask === undefined ? [q, k, v] : [q, k, v, mask], {
    scale: scale ?? 1 / Math.sqrt(d),
  });
  return { output: node.outputs[0]!, probabilities: node.outputs[1]! };
}
