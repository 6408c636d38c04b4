import { embedding, reshape } from '../tensor/functions/arrangement.ts';
import { add, leakyRelu, mul, sub } from '../tensor/functions/elementwise.ts';
import { conv, linear } from '../tensor/functions/linear.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { fanIn, type ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { requireHalvings } from './halvings.ts';
import type { ModelContext, StateSpec } from './model.ts';
import { spectrallyNormalised, spectralState } from './spectral-norm.ts';

const KERNEL = 4;
const step = { stride: 2, padding: 1 } as const;
const SLOPE = 0.2;

export interface DiscriminatorOptions {
  readonly image: readonly [number, number, number];
  readonly channels: readonly number[];
  readonly spectralNorm: boolean;
  /** Number of classes, for a judgement by class. */
  readonly classes: number | undefined;
}

/** A network that tells real images from generated ones. */
export interface Discriminator {
  readonly layers: readonly string[];
  readonly parameters: readonly ParameterSpec[];
  readonly state: readonly StateSpec[];
  /**
   * A function from images [n, c, h, w] in [0, 1] and, for a judgement by class, their labels [n] to outputs [n],
   * higher for what is taken for real. With `updates` spectral norms are brought up to date, once for all uses of the function.
   */
  judge(context: ModelContext, updates?: Record<string, Tensor>): (x: Tensor, label?: Tensor) => Tensor;
}

/**
 * Convolutional discriminator: each layer (4x4, stride 2, padding 1, leaky ReLU 0.2) halves both sides, a linear layer
 * makes one output of what is left. By class, the inner product of the class's embedding with the last features is
 * added (Miyato and Koyama 2018, 'cGANs with projection discriminator', equation 4).
 */
export function createDiscriminator(options: DiscriminatorOptions): Discriminator {
  const { image, channels, spectralNorm, classes } = options;
  const [colours, height, width] = image;
  requireHalvings('discriminatorChannels', channels, height, width);
  const factor = 2 ** channels.length;
  const features = channels.at(-1)! * (height / factor) * (width / factor);
  const blocks = channels.map((_, i) => `discriminator/${i}`);
  const output = 'discriminator/output';
  const layers = [...blocks, output];
  const weights: readonly { name: string; layer: string; shape: readonly number[]; fan: number }[] = [
    ...blocks.map((layer, i) => {
      const inputs = i === 0 ? colours : channels[i - 1]!;
      const shape = [channels[i]!, inputs, KERNEL, KERNEL];
      return { name: `${layer}/weight`, layer, shape, fan: inputs * KERNEL * KERNEL };
    }),
    { name: `${output}/weight`, layer: output, shape: [1, features], fan: features },
    ...(classes === undefined
      ? []
      : [{ name: `${output}/class`, layer: output, shape: [classes, features], fan: features }]),
  ];
  const parameters: ParameterSpec[] = weights.flatMap(({ name, layer, shape, fan }) => [
    {
      name,
      layer,
      shape,
      decay: true,
      initial: fanIn(fan),
      ...(name.endsWith('/class') ? { rows: 'classes' as const } : {}),
    },
    ...(name.endsWith('/weight')
      ? [{ name: `${layer}/bias`, layer, shape: [shape[0]!], decay: false, initial: fanIn(fan) }]
      : []),
  ]);

  return {
    layers,
    parameters,
    state: spectralNorm ? weights.map(({ name, layer, shape }) => spectralState(name, layer, shape[0]!)) : [],
    judge(context, updates) {
      const used = new Map(
        weights.map(({ name, layer }) => [
          name,
          spectralNorm ? spectrallyNormalised(context, name, layer, updates) : context.parameter(name),
        ]),
      );
      return (x, label) => {
        const last = blocks.reduce(
          (v, layer) =>
            leakyRelu(conv(v, used.get(`${layer}/weight`)!, context.parameter(`${layer}/bias`), step), SLOPE),
          sub(mul(x, 2), 1),
        );
        const flat = reshape(last, [x.shape[0]!, features]);
        const alone = reshape(
          linear(flat, used.get(`${output}/weight`)!, context.parameter(`${output}/bias`)),
          [x.shape[0]!],
        );
        if (label === undefined || classes === undefined) return alone;
        return add(alone, sum(mul(embedding(used.get(`${output}/class`)!, label), flat), 1));
      };
    },
  };
}
