import { constant } from '../../src/tensor/build.ts';
import * as arrange from '../../src/tensor/functions/arrangement.ts';
import { einsum } from '../../src/tensor/functions/einsum.ts';
import * as e from '../../src/tensor/functions/elementwise.ts';
import * as linear from '../../src/tensor/functions/linear.ts';
import * as loss from '../../src/tensor/functions/loss.ts';
import * as norms from '../../src/tensor/functions/normalisation.ts';
import * as reduction from '../../src/tensor/functions/reduction.ts';
import { resize } from '../../src/tensor/functions/resize.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { sequenceBuilders } from './autodiff-sequence-builders.ts';

export type Tensors = Readonly<Record<string, Tensor>>;
/** Settings of a case, as the reference (PyTorch) names them. */
export type Settings = Readonly<Record<string, unknown>>;
/** Builds what the reference's operation computes; one tensor stands for `output`. */
export type Builder = (inputs: Tensors, settings: Settings) => Tensor | Tensors;

const number = (value: unknown, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);
const axesOf = (value: unknown): number | number[] | undefined => value as number | number[] | undefined;
const pair = (value: unknown): [number, number] =>
  Array.isArray(value) ? (value as [number, number]) : [value as number, value as number];
const numbersOf = (shape: readonly (number | string)[]) => shape as readonly number[];
const sizeAt = (x: Tensor, axis: number) => numbersOf(x.shape).at(axis)!;
const whole = (x: Tensor) => x.shape.map(() => undefined);

/** Builders of operations of one operand `x`. */
const of =
  (build: (x: Tensor, settings: Settings) => Tensor): Builder =>
  ({ x }, settings) =>
    build(x!, settings);

/** Like clamp, but a value on a bound gets no gradient. */
const clampOpen = (x: Tensor, low: number, high: number) =>
  e.where(e.and(e.less(low, x), e.less(x, high)), x, e.stopGradient(e.clamp(x, low, high)));
const logSigmoid = (x: Tensor) => e.neg(e.softplus(e.neg(x)));

const activations: Record<string, Builder> = {
  relu: of(e.relu),
  leaky_relu: of((x, s) => e.leakyRelu(x, number(s.negative_slope))),
  elu: of((x, s) => e.elu(x, number(s.alpha))),
  selu: of((x) => e.mul(e.elu(x, 1.6732632423543772), 1.0507009873554805)),
  gelu: of((x, s) => e.gelu(x, s.approximate as 'none' | 'tanh')),
  silu: of(e.silu),
  mish: of((x) => e.mul(x, e.tanh(e.softplus(x)))),
  softplus: of((x, s) => e.div(e.softplus(e.mul(x, number(s.beta))), number(s.beta))),
  tanh: of(e.tanh),
  sigmoid: of(e.sigmoid),
  logsigmoid: of(logSigmoid),
  hardswish: of((x) => e.mul(x, e.div(e.clamp(e.add(x, 3), 0, 6), 6))),
  hardtanh: of((x) => clampOpen(x, -1, 1)),
  relu6: of((x) => clampOpen(x, 0, 6)),
  softsign: of((x) => e.div(x, e.add(e.abs(x), 1))),
  abs: of(e.abs),
  sin: of(e.sin),
  cos: of(e.cos),
  erf: of(e.erf),
  square: of(e.square),
  exp: of((x) => e.exp(e.neg(e.abs(x)))),
  clamp: of((x, s) => e.clamp(x, number(s.min, -Infinity), number(s.max, Infinity))),
  log: of(e.log),
  log1p: of((x) => e.log(e.add(x, 1))),
  sqrt: of(e.sqrt),
  rsqrt: of((x) => e.reciprocal(e.sqrt(x))),
  reciprocal: of(e.reciprocal),
  pow: ({ x, a, b }, s) => (x === undefined ? e.pow(a!, b!) : e.pow(x, number(s.exponent))),
  softmax: of((x, s) => onLastAxis(x, number(s.dim), loss.softmax)),
  log_softmax: of((x, s) => onLastAxis(x, number(s.dim), loss.logSoftmax)),
  glu: of((x, s) => {
    const axis = number(s.dim);
    const [a, b] = arrange.split(x, [sizeAt(x, axis) / 2, sizeAt(x, axis) / 2], axis);
    return e.mul(a!, e.sigmoid(b!));
  }),
  prelu: ({ x, weight }) => {
    const slope = arrange.reshape(weight!, [1, weight!.shape[0]!, ...x!.shape.slice(2).map(() => 1)]);
    return e.where(e.less(0, x!), x!, e.mul(x!, slope));
  },
};

/** Applies a function of the last axis to another one. */
function onLastAxis(x: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor {
  const last = x.shape.length - 1;
  const order = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return arrange.transpose(f(arrange.transpose(x, order)), order);
}

const convOptions = (s: Settings): linear.ConvOptions => ({
  stride: s.stride as number | number[],
  padding: s.padding as number | number[],
  dilation: s.dilation as number | number[],
  groups: number(s.groups, 1),
});
const convolve: Builder = ({ x, w, bias }, s) => linear.conv(x!, w!, bias, convOptions(s));

const convolutions: Record<string, Builder> = {
  conv1d: convolve,
  conv2d: convolve,
  conv_transpose2d: ({ x, w, bias }, s) =>
    linear.convTranspose(x!, w!, bias, {
      ...convOptions(s),
      outputPadding: s.output_padding as number | number[],
    }),
  linear: ({ x, w, bias }) => linear.linear(x!, w!, bias),
};

const normalisations: Record<string, Builder> = {
  batch_norm: ({ x, running_mean, running_var, weight, bias }, s) => {
    if (s.training !== true) {
      const statistics = { mean: running_mean!, variance: running_var! };
      const output = norms.batchNormEvaluation(x!, statistics, weight, bias, number(s.eps));
      return { output, running_mean_after: running_mean!, running_var_after: running_var! };
    }
    const { output, mean, variance } = norms.batchNormTraining(x!, weight, bias, number(s.eps));
    const blend = (old: Tensor, now: Tensor) =>
      e.add(e.mul(old, 1 - number(s.momentum)), e.mul(now, number(s.momentum)));
    return {
      output,
      running_mean_after: blend(running_mean!, mean),
      running_var_after: blend(running_var!, variance),
    };
  },
  layer_norm: ({ x, weight, bias }, s) => {
    const width = (s.normalized_shape as number[]).reduce((a, b) => a * b, 1);
    const flat = arrange.reshape(x!, [-1, width]);
    const ones = constant(new Float64Array(width).fill(1), [width]);
    const scale = weight === undefined ? ones : arrange.reshape(weight, [width]);
    const shift = bias === undefined ? undefined : arrange.reshape(bias, [width]);
    return arrange.reshape(norms.layerNorm(flat, scale, shift, number(s.eps)), x!.shape);
  },
  rms_norm: ({ x, weight }, s) => norms.rmsNorm(x!, weight!, number(s.eps)),
  group_norm: ({ x, weight, bias }, s) =>
    norms.groupNorm(x!, number(s.num_groups), weight, bias, number(s.eps)),
  instance_norm: ({ x, weight, bias }, s) => norms.instanceNorm(x!, weight, bias, number(s.eps)),
  normalize: of((x, s) => e.div(x, e.maximum(reduction.norm(x, number(s.dim), true), number(s.eps)))),
};

/** Weights [target, size] that average the source positions of each of `target` even shares of an axis. */
function shares(size: number, target: number): Tensor {
  const weights = new Float64Array(target * size);
  for (let i = 0; i < target; i++) {
    const [start, end] = shareOf(i, size, target);
    weights.fill(1 / (end - start), i * size + start, i * size + end);
  }
  return constant(weights, [target, size]);
}
const shareOf = (i: number, size: number, target: number): [number, number] => [
  Math.floor((i * size) / target),
  Math.ceil(((i + 1) * size) / target),
];

const averageShares = (x: Tensor, [h, w]: [number, number]) =>
  linear.matmul(linear.matmul(shares(sizeAt(x, -2), h), x), shares(sizeAt(x, -1), w), { transposeB: true });

function maxShares(x: Tensor, target: number, axis: number): Tensor {
  const parts = Array.from({ length: target }, (_, i) => {
    const [start, end] = shareOf(i, sizeAt(x, axis), target);
    return reduction.max(arrange.slice(x, axis, start, end), axis, true);
  });
  return arrange.concat(parts, axis);
}

const poolings: Record<string, Builder> = {
  max_pool2d: of((x, s) => {
    const [kernel, stride, padding] = [pair(s.kernel), pair(s.stride ?? s.kernel), pair(s.padding)];
    if (s.ceil_mode !== true) return linear.maxPool(x, kernel, { stride, padding });
    // Rounding up = room for one more window at the far ends, filled with what is never the largest.
    const extra = kernel.map((k, i) => {
      const rest = (sizeAt(x, i + 2) + 2 * padding[i]! - k) % stride[i]!;
      return rest === 0 ? 0 : stride[i]! - rest;
    });
    const filled = arrange.pad(
      x,
      [0, 0, ...padding],
      [0, 0, ...padding.map((p, i) => p + extra[i]!)],
      'constant',
      -1e30,
    );
    return linear.maxPool(filled, kernel, { stride });
  }),
  avg_pool2d: of((x, s) =>
    linear.averagePool(x, pair(s.kernel), {
      stride: pair(s.stride),
      padding: pair(s.padding),
      includePad: s.count_include_pad !== false,
    }),
  ),
  adaptive_avg_pool2d: of((x, s) => averageShares(x, pair(s.output_size))),
  adaptive_max_pool2d: of((x, s) => {
    const [h, w] = pair(s.output_size);
    return maxShares(maxShares(x, h, 2), w, 3);
  }),
  interpolate: of((x, s) => {
    const factor = number(s.scale_factor, 1);
    const size = (s.size ?? [sizeAt(x, -2) * factor, sizeAt(x, -1) * factor]) as [number, number];
    if (s.mode === 'area') return averageShares(x, size);
    if (s.mode === 'nearest' || s.mode === 'bilinear')
      return resize(x, size, s.mode, s.align_corners === true);
    return size.reduce((y, target, i) => {
      const source = sizeAt(x, i + 2);
      const picked = Int32Array.from({ length: target }, (_, j) => Math.floor(((j + 0.5) * source) / target));
      return arrange.gather(y, constant(picked, [target]), i + 2);
    }, x);
  }),
  pixel_shuffle: of((x, s) => arrange.pixelShuffle(x, number(s.upscale))),
  pixel_unshuffle: of((x, s) => arrange.pixelUnshuffle(x, number(s.downscale))),
  pad: of((x, s) => {
    const [left, right, top, bottom] = s.pad as [number, number, number, number];
    const before = [0, 0, top, left];
    const after = [0, 0, bottom, right];
    if (s.mode === 'circular') return wrap(wrap(x, 2, top, bottom), 3, left, right);
    const mode = s.mode === 'replicate' ? 'edge' : (s.mode as arrange.PadMode);
    return arrange.pad(x, before, after, mode, number(s.value));
  }),
  unfold: of((x, s) => {
    const [kh, kw] = pair(s.kernel);
    const [n, c] = x.shape as [number, number];
    const taps = kh * kw;
    // One filter for each tap of the window, the same for each channel.
    const picks = Float64Array.from({ length: c * taps * taps }, (_, i) =>
      i % taps === Math.floor(i / taps) % taps ? 1 : 0,
    );
    const y = linear.conv(x, constant(picks, [c * taps, 1, kh, kw]), undefined, {
      ...convOptions(s),
      groups: c,
    });
    return arrange.reshape(y, [n, c * taps, -1]);
  }),
};

const wrap = (x: Tensor, axis: number, before: number, after: number) => {
  const size = sizeAt(x, axis);
  const first = before > 0 ? [arrange.slice(x, axis, size - before, size)] : [];
  const last = after > 0 ? [arrange.slice(x, axis, 0, after)] : [];
  return arrange.concat([...first, x, ...last], axis);
};

/** A loss of each element, reduced as the settings say. */
function reduced(cost: Tensor, s: Settings): Tensor {
  if (s.reduction === 'none') return cost;
  const total = reduction.sum(cost);
  if (s.reduction === 'sum') return total;
  if (s.reduction === 'batchmean') return e.div(total, sizeAt(cost, 0));
  return reduction.mean(cost);
}

/** The class axis, second of all in the reference unless the case says 'batch, time, vocabulary', as the last. */
function classesLast(logits: Tensor, target: Tensor): Tensor {
  const dense = target.shape.length === logits.shape.length - 1;
  const sequence = dense && target.shape.every((d, i) => d === logits.shape[i]);
  if (!dense || sequence) return logits;
  return arrange.transpose(logits, [0, ...logits.shape.slice(2).map((_, i) => i + 2), 1]);
}

const crossEntropy: Builder = ({ logits, target, weight }, s) => {
  const x = classesLast(logits!, target!);
  const smoothing = number(s.label_smoothing);
  if (target!.dtype !== 'int32')
    return e.div(reduction.sum(e.neg(e.mul(target!, loss.logSoftmax(x)))), sizeAt(logits!, 0));
  const options = {
    ...(s.ignore_index === undefined ? {} : { ignoreIndex: s.ignore_index as number }),
    labelSmoothing: smoothing,
  };
  if (weight === undefined) {
    if (s.reduction === 'mean') return loss.crossEntropy(x, target!, options);
    return reduced(loss.crossEntropyEach(x, target!, options), s);
  }
  const kept = e.not(e.equal(target!, constant(Int32Array.of(number(s.ignore_index, -100)), [])));
  const safe = e.where(kept, target!, constant(Int32Array.of(0), []));
  const own = e.mul(arrange.gather(weight, safe), e.cast(kept, 'float32'));
  const plain = e.mul(loss.crossEntropyEach(x, safe), own);
  const spread = e.neg(reduction.sum(e.mul(loss.logSoftmax(x), weight), -1));
  const even = e.mul(e.where(kept, spread, 0), smoothing / sizeAt(weight, 0));
  return e.div(reduction.sum(e.add(e.mul(plain, 1 - smoothing), even)), reduction.sum(own));
};

const huber = (difference: Tensor, delta: number) => {
  const size = e.abs(difference);
  const quadratic = e.mul(e.square(difference), 0.5);
  return e.where(e.less(size, delta), quadratic, e.mul(e.sub(size, delta / 2), delta));
};
const distance = (a: Tensor, b: Tensor, epsilon: number) => reduction.norm(e.add(e.sub(a, b), epsilon), -1);

const losses: Record<string, Builder> = {
  cross_entropy: crossEntropy,
  bce_with_logits: ({ logits, target, pos_weight }, s) => {
    if (pos_weight === undefined) return reduced(loss.bernoulliCost(logits!, target!), s);
    const positive = e.mul(e.mul(pos_weight, target!), e.softplus(e.neg(logits!)));
    return reduced(e.add(positive, e.mul(e.sub(1, target!), e.softplus(logits!))), s);
  },
  mse_loss: ({ input, target }, s) => reduced(e.square(e.sub(input!, target!)), s),
  l1_loss: ({ input, target }, s) => reduced(e.abs(e.sub(input!, target!)), s),
  smooth_l1_loss: ({ input, target }, s) =>
    reduced(e.div(huber(e.sub(input!, target!), number(s.beta)), number(s.beta)), s),
  huber_loss: ({ input, target }, s) => reduced(huber(e.sub(input!, target!), number(s.delta)), s),
  kl_div: ({ log_input, target }, s) => {
    const zero = e.equal(target!, 0);
    const entropy = e.where(zero, 0, e.mul(target!, e.log(e.where(zero, 1, target!))));
    return reduced(e.sub(entropy, e.mul(target!, log_input!)), s);
  },
  gaussian_kl: ({ mu, logvar }) => reduction.sum(loss.standardNormalDivergence(mu!, logvar!), 1),
  cosine_similarity: ({ a, b }, s) => {
    const axis = number(s.dim);
    const size = (t: Tensor) => e.maximum(reduction.norm(t, axis), number(s.eps));
    return e.div(reduction.sum(e.mul(a!, b!), axis), e.mul(size(a!), size(b!)));
  },
  triplet_margin_loss: ({ anchor, positive, negative }, s) => {
    const near = distance(anchor!, positive!, number(s.eps));
    const far = distance(anchor!, negative!, number(s.eps));
    return reduction.mean(e.relu(e.add(e.sub(near, far), number(s.margin))));
  },
  hinge: ({ real, fake }) =>
    e.add(reduction.mean(e.relu(e.sub(1, real!))), reduction.mean(e.relu(e.add(fake!, 1)))),
  distillation: ({ student, teacher }, s) => {
    const t = number(s.temperature);
    const [own, other] = [loss.logSoftmax(e.div(student!, t)), loss.logSoftmax(e.div(teacher!, t))];
    const divergence = reduction.sum(e.mul(e.exp(other), e.sub(other, own)), -1);
    return e.mul(reduction.mean(divergence), t * t);
  },
};

/** A matrix product as PyTorch's matmul reads vectors: a row on the left, a column on the right. */
const matmul: Builder = ({ a, b }) => {
  const left = a!.shape.length === 1 ? arrange.unsqueeze(a!, 0) : a!;
  const right = b!.shape.length === 1 ? arrange.unsqueeze(b!, -1) : b!;
  let y = linear.matmul(left, right);
  if (b!.shape.length === 1) y = arrange.squeeze(y, -1);
  return a!.shape.length === 1 ? arrange.squeeze(y, b!.shape.length === 1 ? -1 : -2) : y;
};

/** The largest (or smallest) element along an axis; of equal ones the first gets the gradient. */
const first =
  (extreme: typeof reduction.max): Builder =>
  ({ x }, { dim }) => {
    if (dim === undefined) return extreme(x!);
    const axis = dim as number;
    const best = e.cast(e.equal(x!, extreme(x!, axis, true)), 'float32');
    const isFirst = e.mul(best, e.cast(e.equal(reduction.cumsum(best, axis), 1), 'float32'));
    return reduction.sum(e.mul(x!, isFirst), axis);
  };

const alongAxis = (x: Tensor, axis: number) =>
  Array.from({ length: sizeAt(x, axis) }, (_, i) => arrange.slice(x, axis, i, i + 1));
const binary =
  (f: (a: Tensor, b: Tensor) => Tensor): Builder =>
  ({ a, b }) =>
    f(a!, b!);
const reducing = (f: (x: Tensor, axes: reduction.Axes, keep: boolean) => Tensor) =>
  of((x, s) => f(x, axesOf(s.dim), s.keepdim === true));
const spreadOf = (x: Tensor, s: Settings) =>
  reduction.variance(x, axesOf(s.dim), false, s.unbiased === true ? 1 : 0);
/** An index along `axis` for each element of `like`. */
const spreadIndex = (indices: Tensor, like: Tensor, axis: number) =>
  arrange.expand(
    arrange.reshape(
      indices,
      like.shape.map((d, i) => (i === axis ? d : 1)),
    ),
    like.shape,
  );

const tensors: Record<string, Builder> = {
  embedding: ({ weight, indices }, s) => {
    if (s.padding_idx === undefined) return arrange.embedding(weight!, indices!);
    const rows = sizeAt(weight!, 0);
    const trained = constant(
      Float64Array.from({ length: rows }, (_, i) => (i === s.padding_idx ? 0 : 1)),
      [rows, 1],
    );
    const fixed = e.stopGradient(e.mul(weight!, e.sub(1, trained)));
    return arrange.embedding(e.add(e.mul(weight!, trained), fixed), indices!);
  },
  gather: ({ x, indices }, s) => {
    const axis = number(s.dim);
    const cut = x!.shape.reduce<Tensor>(
      (t, _, i) => (i === axis ? t : arrange.slice(t, i, 0, sizeAt(indices!, i))),
      x!,
    );
    return arrange.gatherElements(cut, indices!, axis);
  },
  index_select: ({ x, indices }, s) => arrange.gather(x!, indices!, number(s.dim)),
  where: ({ condition, a, b }) => e.where(condition!, a!, b!),
  masked_fill: ({ x, mask }, s) => e.where(mask!, number(s.value), x!),
  add: binary(e.add),
  sub: binary(e.sub),
  mul: binary(e.mul),
  div: binary(e.div),
  maximum: binary(e.maximum),
  minimum: binary(e.minimum),
  matmul,
  einsum: (inputs, s) => einsum(s.equation as string, ...Object.values(inputs)),
  cumsum: of((x, s) => reduction.cumsum(x, number(s.dim))),
  cumprod: of((x, s) => {
    const parts: Tensor[] = [];
    for (const part of alongAxis(x, number(s.dim)))
      parts.push(parts.length === 0 ? part : e.mul(parts.at(-1)!, part));
    return arrange.concat(parts, number(s.dim));
  }),
  prod: of((x, s) =>
    arrange.squeeze(
      alongAxis(x, number(s.dim)).reduce((a, b) => e.mul(a, b)),
      number(s.dim),
    ),
  ),
  sum: reducing(reduction.sum),
  mean: reducing(reduction.mean),
  amax: reducing(reduction.max),
  max: first(reduction.max),
  min: first(reduction.min),
  logsumexp: reducing(reduction.logsumexp),
  var: of(spreadOf),
  std: of((x, s) => e.sqrt(spreadOf(x, s))),
  norm: reducing(reduction.norm),
  permute: of((x, s) =>
    arrange.reshape(arrange.transpose(x, s.permutation as number[]), s.reshape as number[]),
  ),
  slice: of((x, s) => arrange.sliceAll(x, slicesOf(s.slices as string, x))),
  concat: ({ a, b }, s) => arrange.concat([a!, b!], number(s.dim)),
  stack: ({ a, b }, s) => arrange.stack([a!, b!], number(s.dim)),
  expand: of((x, s) => arrange.expand(x, s.shape as number[])),
  flip: of((x, s) => (s.dims as number[]).reduce(arrange.flip, x)),
  repeat: of((x, s) =>
    (s.repeats as number[]).reduce((t, n, axis) => arrange.concat(Array(n).fill(t), axis), x),
  ),
  tril: of((x, s) => {
    const [rows, columns] = x.shape as [number, number];
    const below = Float64Array.from({ length: rows * columns }, (_, i) =>
      (i % columns) - Math.floor(i / columns) <= number(s.diagonal) ? 1 : 0,
    );
    return e.mul(x, constant(below, [rows, columns]));
  }),
  roll: of((x, s) =>
    (s.dims as number[]).reduce((t, axis, i) => {
      const size = sizeAt(t, axis);
      const shift = (((s.shifts as number[])[i]! % size) + size) % size || size;
      return arrange.concat(
        [arrange.slice(t, axis, size - shift, size), arrange.slice(t, axis, 0, size - shift)],
        axis,
      );
    }, x),
  ),
  scatter_add: ({ x, src, indices }, s) =>
    e.add(x!, arrange.scatterAdd(src!, indices!, number(s.dim), sizeAt(x!, number(s.dim)))),
  index_add: ({ x, src, indices }, s) => {
    const axis = number(s.dim);
    return e.add(x!, arrange.scatterAdd(src!, spreadIndex(indices!, src!, axis), axis, sizeAt(x!, axis)));
  },
  cdist: ({ a, b }) => reduction.norm(e.sub(arrange.unsqueeze(a!, 1), arrange.unsqueeze(b!, 0)), -1),
};

/** '[:, 1:, ::2]' as ranges. */
function slicesOf(text: string, x: Tensor) {
  const parts = text.replace(/[[\] ]/g, '').split(',');
  return whole(x).map((_, i) => {
    const [start, end, step] = (parts[i] ?? ':').split(':');
    return { start: Number(start || 0), end: end ? Number(end) : sizeAt(x, i), step: Number(step || 1) };
  });
}

/** How each operation of the reference values is composed of Graft's. */
export const builders: Readonly<Record<string, Builder>> = {
  ...activations,
  ...convolutions,
  ...normalisations,
  ...poolings,
  ...losses,
  ...tensors,
  ...sequenceBuilders,
};
