import { z } from 'zod';
import { concat, pad, reshape, transpose } from '../../tensor/functions/arrangement.ts';
import {
  add,
  clamp,
  elu,
  exp,
  gelu,
  leakyRelu,
  maximum,
  mul,
  relu,
  sigmoid,
  silu,
  softplus,
  sub,
  tanh,
} from '../../tensor/functions/elementwise.ts';
import {
  averagePool,
  conv,
  convTranspose,
  globalAveragePool,
  linear,
  maxPool,
} from '../../tensor/functions/linear.ts';
import { softmax } from '../../tensor/functions/loss.ts';
import { batchNormEvaluation } from '../../tensor/functions/normalisation.ts';
import { max } from '../../tensor/functions/reduction.ts';
import { resize } from '../../tensor/functions/resize.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** What a layer's weight is: where it stands in Keras and how its axes are arranged here. */
export interface KerasWeight {
  /** The last part of its name in Keras. */
  readonly from: string;
  /** The last part of its name here. */
  readonly to: string;
  /** Axes of Keras in the order that they have here. */
  readonly axes: readonly number[];
  /** A running statistic, which no gradient moves. */
  readonly statistic?: boolean;
}

/** A value of Keras' graph: images have their channels last there, and may stand with channels first here. */
export interface KerasValue {
  readonly tensor: Tensor;
  readonly channelsFirst: boolean;
}

/** What a layer is made with. */
export interface LayerInputs {
  readonly values: readonly KerasValue[];
  /** The weight of that name here; undefined where the layer has none. */
  weight(to: string): Tensor | undefined;
}

/** A kind of layer: its weights, and what it computes. Its configuration has been parsed. */
export interface KerasKind {
  readonly schema: z.ZodObject;
  readonly weights?: readonly KerasWeight[];
  apply(config: never, inputs: LayerInputs): KerasValue;
}

export const first = ({ tensor, channelsFirst }: KerasValue): Tensor =>
  channelsFirst ? tensor : transpose(tensor, [0, 3, 1, 2]);
/** As Keras has it. */
export const last = ({ tensor, channelsFirst }: KerasValue): Tensor =>
  channelsFirst ? transpose(tensor, [0, 2, 3, 1]) : tensor;
const plain = (tensor: Tensor): KerasValue => ({ tensor, channelsFirst: false });
const image = (tensor: Tensor): KerasValue => ({ tensor, channelsFirst: true });

const activations = {
  linear: (x) => x,
  relu,
  relu6: (x) => clamp(x, 0, 6),
  sigmoid,
  hard_sigmoid: (x) => clamp(add(mul(x, 0.2), 0.5), 0, 1),
  'hard_sigmoid of Keras 3': (x) => clamp(add(mul(x, 1 / 6), 0.5), 0, 1),
  tanh,
  elu: (x) => elu(x),
  softplus,
  swish: silu,
  silu,
  gelu: (x) => gelu(x),
  exponential: exp,
} as const satisfies Record<string, (x: Tensor) => Tensor>;

type ActivationName = keyof typeof activations | 'softmax';
/** What an activation of that name in a file is, where Keras 3 has another one under it than Keras 2. */
export const keras3Activations: Readonly<Record<string, ActivationName>> = {
  hard_sigmoid: 'hard_sigmoid of Keras 3',
};

const activation = z.enum([...(Object.keys(activations) as [ActivationName]), 'softmax']);

function activated(name: ActivationName | undefined, value: KerasValue): KerasValue {
  if (name === 'softmax') return plain(softmax(last(value)));
  return { ...value, tensor: activations[name ?? 'linear'](value.tensor) };
}

const count = z.int().min(1).max(65_536);
const pairOf = (least: number) =>
  z
    .union([
      z.int().min(least).max(1024),
      z.array(z.int().min(least).max(1024)).length(2),
      z.array(z.int().min(least).max(1024)).length(1),
    ])
    .transform((v): [number, number] => (typeof v === 'number' ? [v, v] : [v[0]!, v[1] ?? v[0]!]));
const pair = pairOf(1);
const channelsLast = z.literal('channels_last').nullish();
const padding = z.enum(['same', 'valid']).default('valid');
const nothing = z.object({});

/** Zeros before and behind an axis so that windows start at every `stride`-th place ('same' in TensorFlow). */
function samePads(sides: readonly number[], window: readonly number[], strides: readonly number[]): number[] {
  const totals = sides.map((n, i) =>
    Math.max((Math.ceil(n / strides[i]!) - 1) * strides[i]! + window[i]! - n, 0),
  );
  return [...totals.map((t) => Math.floor(t / 2)), ...totals.map((t) => Math.ceil(t / 2))];
}

const sidesOf = (x: Tensor): number[] => x.shape.slice(2) as number[];

const convSchema = z.object({
  kernel_size: pair,
  strides: pair.default([1, 1]),
  padding,
  data_format: channelsLast,
  dilation_rate: pair.default([1, 1]),
  activation: activation.nullish(),
  groups: z.literal(1).nullish(),
  output_padding: z.null().optional(),
});
const poolSchema = z.object({
  pool_size: pair.default([2, 2]),
  strides: pair.nullish(),
  padding,
  data_format: channelsLast,
});

const globalPoolSchema = z.object({ data_format: channelsLast, keepdims: z.literal(false).nullish() });

function convolved(config: z.output<typeof convSchema>, { values, weight }: LayerInputs): KerasValue {
  const x = first(values[0]!);
  const window = config.kernel_size.map((k, i) => (k - 1) * config.dilation_rate[i]! + 1);
  const y = conv(x, weight('weight')!, weight('bias'), {
    stride: config.strides,
    dilation: config.dilation_rate,
    padding: config.padding === 'same' ? samePads(sidesOf(x), window, config.strides) : 0,
  });
  return activated(config.activation ?? undefined, image(y));
}

function transposedConvolved(
  config: z.output<typeof convSchema>,
  { values, weight }: LayerInputs,
): KerasValue {
  const [kernel, strides] = [config.kernel_size, config.strides];
  // 'same' makes stride times as many places; what a wider kernel makes beyond is cut, half of it before.
  const beyond = kernel.map((k, i) => Math.max(k - strides[i]!, 0));
  const cutting = config.padding === 'same';
  const y = convTranspose(first(values[0]!), weight('weight')!, weight('bias'), {
    stride: strides,
    padding: cutting ? [...beyond.map((t) => Math.floor(t / 2)), ...beyond.map((t) => Math.ceil(t / 2))] : 0,
    outputPadding: kernel.map((k, i) => Math.max(strides[i]! - k, 0)),
  });
  return activated(config.activation ?? undefined, image(y));
}

function pooled(
  config: z.output<typeof poolSchema>,
  { values }: LayerInputs,
  by: (x: Tensor, window: number[], options: { stride: number[]; padding: number[] }) => Tensor,
): KerasValue {
  const x = first(values[0]!);
  const window = config.pool_size;
  const stride = config.strides ?? window;
  const pads = config.padding === 'same' ? samePads(sidesOf(x), window, stride) : [0, 0, 0, 0];
  return image(by(x, window, { stride, padding: pads }));
}

/** Values of one arrangement, for what takes them element by element. */
function alike(values: readonly KerasValue[]): { tensors: readonly Tensor[]; channelsFirst: boolean } {
  const channelsFirst = values.every((v) => v.channelsFirst);
  return { tensors: channelsFirst ? values.map(first) : values.map(last), channelsFirst };
}

const elementwise = (by: (a: Tensor, b: Tensor) => Tensor): KerasKind => ({
  schema: nothing,
  apply(_, { values }) {
    const { tensors, channelsFirst } = alike(values);
    return { tensor: tensors.reduce(by), channelsFirst };
  },
});

const kernel = (...axes: number[]): KerasWeight => ({ from: 'kernel', to: 'weight', axes });
const bias: KerasWeight = { from: 'bias', to: 'bias', axes: [0] };
const vector = (from: string, to: string, statistic = false): KerasWeight => ({
  from,
  to,
  axes: [0],
  statistic,
});

const kind = <S extends z.ZodObject>(
  schema: S,
  weights: readonly KerasWeight[],
  apply: (config: z.output<S>, inputs: LayerInputs) => KerasValue,
): KerasKind => ({ schema, weights, apply });

/** The layers of Keras that are read. What only training knows (dropout, noise) hands on its input. */
export const kerasLayers: Readonly<Record<string, KerasKind>> = {
  Dense: kind(z.object({ activation: activation.nullish() }), [kernel(1, 0), bias], (config, inputs) => {
    const x = last(inputs.values[0]!);
    const y = linear(x, inputs.weight('weight')!, inputs.weight('bias'));
    return activated(config.activation ?? undefined, plain(y));
  }),
  Conv2D: kind(convSchema, [kernel(3, 2, 0, 1), bias], convolved),
  // Keras has the kernel as (height, width, out, in).
  Conv2DTranspose: kind(
    convSchema.extend({ dilation_rate: pair.refine(([a, b]) => a === 1 && b === 1, 'must be 1').optional() }),
    [kernel(3, 2, 0, 1), bias],
    (config, inputs) => transposedConvolved({ ...config, dilation_rate: [1, 1] }, inputs),
  ),
  BatchNormalization: kind(
    z.object({
      epsilon: z.number().positive().default(1e-3),
      axis: z
        .union([
          z.int(),
          z
            .array(z.int())
            .length(1)
            .transform((v) => v[0]!),
        ])
        .default(-1),
    }),
    [
      vector('gamma', 'weight'),
      vector('beta', 'bias'),
      vector('moving_mean', 'mean', true),
      vector('moving_variance', 'variance', true),
    ],
    ({ epsilon, axis }, { values, weight }) => {
      const [value] = values as [KerasValue];
      const rank = value.tensor.shape.length;
      if (axis !== -1 && axis !== rank - 1) throw new Refusal('normalises another axis than the channels');
      const x = rank === 4 ? first(value) : value.tensor;
      const statistics = { mean: weight('mean')!, variance: weight('variance')! };
      const y = batchNormEvaluation(x, statistics, weight('weight'), weight('bias'), epsilon);
      return { tensor: y, channelsFirst: rank === 4 };
    },
  ),
  MaxPooling2D: kind(poolSchema, [], (config, inputs) => pooled(config, inputs, maxPool)),
  AveragePooling2D: kind(poolSchema, [], (config, inputs) =>
    pooled(config, inputs, (x, window, options) => averagePool(x, window, { ...options, includePad: false })),
  ),
  GlobalAveragePooling2D: kind(globalPoolSchema, [], (_, { values }) =>
    plain(globalAveragePool(first(values[0]!))),
  ),
  GlobalMaxPooling2D: kind(globalPoolSchema, [], (_, { values }) => plain(max(first(values[0]!), [2, 3]))),
  UpSampling2D: kind(
    z.object({
      size: pair.default([2, 2]),
      data_format: channelsLast,
      interpolation: z.enum(['nearest', 'bilinear']).default('nearest'),
    }),
    [],
    ({ size, interpolation }, { values }) => {
      const x = first(values[0]!);
      const sides = sidesOf(x).map((n, i) => n * size[i]!) as [number, number];
      if (sides.some((n) => n > 16_384)) throw new Refusal(`makes images of ${sides.join(' x ')}`);
      return image(resize(x, sides, interpolation));
    },
  ),
  ZeroPadding2D: kind(
    z.object({
      padding: z.union([
        pairOf(0).transform(([h, w]) => [h, h, w, w]),
        z
          .array(z.array(z.int().min(0).max(1024)).length(2))
          .length(2)
          .transform((v) => v.flat()),
      ]),
      data_format: channelsLast,
    }),
    [],
    ({ padding: [top, bottom, left, right] }, { values }) =>
      image(pad(first(values[0]!), [0, 0, top!, left!], [0, 0, bottom!, right!])),
  ),
  Flatten: kind(z.object({ data_format: channelsLast }), [], (_, { values }) => {
    const x = last(values[0]!);
    return plain(reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1) as number[])]));
  }),
  Reshape: kind(
    z.object({ target_shape: z.array(z.union([count, z.literal(-1)])).max(8) }),
    [],
    ({ target_shape: shape }, { values }) => {
      const x = last(values[0]!);
      return plain(reshape(x, [x.shape[0]!, ...inferred(shape, x.shape)]));
    },
  ),
  Permute: kind(z.object({ dims: z.array(z.int().min(1).max(8)).max(8) }), [], ({ dims }, { values }) =>
    plain(transpose(last(values[0]!), [0, ...dims])),
  ),
  Concatenate: kind(z.object({ axis: z.int().min(-8).max(8).default(-1) }), [], ({ axis }, { values }) => {
    const rank = values[0]!.tensor.shape.length;
    const channels = axis === -1 || axis === rank - 1;
    return channels && rank === 4 && values.every((v) => v.channelsFirst)
      ? image(concat(values.map(first), 1))
      : plain(concat(values.map(last), axis));
  }),
  Add: elementwise(add),
  Subtract: elementwise(sub),
  Multiply: elementwise(mul),
  Maximum: elementwise(maximum),
  Average: {
    schema: nothing,
    apply(_, { values }) {
      const { tensors, channelsFirst } = alike(values);
      return {
        tensor: mul(
          tensors.reduce((a, b) => add(a, b)),
          1 / tensors.length,
        ),
        channelsFirst,
      };
    },
  },
  Activation: kind(z.object({ activation }), [], (config, { values }) =>
    activated(config.activation, values[0]!),
  ),
  ReLU: kind(
    z.object({
      max_value: z.number().nullish(),
      negative_slope: z.literal(0).nullish(),
      threshold: z.literal(0).nullish(),
    }),
    [],
    ({ max_value: most }, { values }) => ({
      ...values[0]!,
      tensor: clamp(values[0]!.tensor, 0, most ?? Number.POSITIVE_INFINITY),
    }),
  ),
  // Keras 3 calls the slope negative_slope.
  LeakyReLU: kind(
    z.object({ alpha: z.number().optional(), negative_slope: z.number().optional() }),
    [],
    ({ alpha, negative_slope: slope }, { values }) => ({
      ...values[0]!,
      tensor: leakyRelu(values[0]!.tensor, slope ?? alpha ?? 0.3),
    }),
  ),
  ELU: kind(z.object({ alpha: z.number().default(1) }), [], ({ alpha }, { values }) => ({
    ...values[0]!,
    tensor: elu(values[0]!.tensor, alpha),
  })),
  Softmax: kind(z.object({ axis: z.literal(-1).default(-1) }), [], (_, { values }) =>
    activated('softmax', values[0]!),
  ),
  Dropout: kind(nothing, [], (_, { values }) => values[0]!),
  SpatialDropout2D: kind(nothing, [], (_, { values }) => values[0]!),
  GaussianNoise: kind(nothing, [], (_, { values }) => values[0]!),
  GaussianDropout: kind(nothing, [], (_, { values }) => values[0]!),
};

/** Why a layer is not read, which its place in a file is added to. */
export class Refusal extends Error {}

/** A shape with one open axis (-1) filled in. */
function inferred(shape: readonly number[], from: Shape): number[] {
  const open = shape.filter((d) => d === -1).length;
  if (open > 1) throw new Refusal('leaves two axes open');
  const rest = shape.reduce((n, d) => (d === -1 ? n : n * d), 1);
  return shape.map((d) => (d === -1 ? sizeOf(from.slice(1) as number[]) / rest : d));
}
