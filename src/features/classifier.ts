import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { applyLinear, linearParameters } from '../models/dense-coder.ts';
import type { Model, ModelContext, StateSpec } from '../models/model.ts';
import { reshape } from '../tensor/functions/arrangement.ts';
import { add, mul, neg, relu } from '../tensor/functions/elementwise.ts';
import { conv, linear, maxPool } from '../tensor/functions/linear.ts';
import { logSoftmax } from '../tensor/functions/loss.ts';
import { batchNormEvaluation, batchNormTraining } from '../tensor/functions/normalisation.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { one, type ParameterSpec, zero } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';

const size = z.number().int().positive();

/** Configuration of a convolutional classifier of images. */
export const classifierSchema = z.strictObject({
  /** Channels, height, width. */
  image: z.tuple([size, size, size]),
  /** Channels of the 3x3 convolutions; each but the last is followed by 2x2 max pooling. */
  channels: z.array(size).min(1),
  /** Width of the layer before the logits. */
  features: size,
  /** Classes that the logits tell apart. */
  classes: z.array(z.string()).min(2),
  /** Classes of a second kind (typefaces) that the features must tell apart too. */
  styles: z.array(z.string()).default([]),
});

export type ClassifierConfig = z.input<typeof classifierSchema>;

/** Share of the old value that running means and variances keep in an update. */
const memory = 0.99;

/**
 * Convolutional classifier: 3x3 convolutions with batch normalisation and ReLU and max pooling between them, a linear layer
 * with batch normalisation whose output is the feature vector (`encode`), ReLU, and a linear layer to the logits. Objective:
 * cross-entropy in nats with `target`, a distribution over the classes, and with `styles` that with `style` added: features
 * of a classifier of characters alone would not see how they are drawn.
 */
export function createClassifier(input: ClassifierConfig): Classifier {
  const config = classifierSchema.parse(input);
  const { image, channels, features, classes, styles } = config;
  const [colours, height, width] = image;
  const sides = channels
    .slice(0, -1)
    .reduce(([h, w]) => [Math.floor(h! / 2), Math.floor(w! / 2)], [height, width]);
  const flat = channels.at(-1)! * sides[0]! * sides[1]!;
  if (flat === 0)
    throw new GraftError('invalid-value', {
      what: 'channels of a classifier',
      received: channels,
      allowed: `fewer entries: images of ${height}x${width} cannot be halved ${channels.length - 1} times`,
    });
  const blocks = channels.map((_, i) => `conv/${i}`);
  const heads = [
    { layer: 'logits', field: 'target', count: classes.length },
    ...(styles.length > 0 ? [{ layer: 'style', field: 'style', count: styles.length }] : []),
  ];
  const layers = [...blocks, 'features', ...heads.map(({ layer }) => layer)];
  const parameters: ParameterSpec[] = [
    ...blocks.flatMap((layer, i) => {
      const inputs = i === 0 ? colours : channels[i - 1]!;
      return normalisedParameters(layer, [channels[i]!, inputs, 3, 3], 9 * inputs);
    }),
    ...normalisedParameters('features', [features, flat], flat),
    ...heads.flatMap(({ layer, count }) => linearParameters(layer, features, count)),
  ];
  const state: StateSpec[] = [...channels, features].flatMap((width, i) => {
    const layer = layers[i]!;
    return [
      { name: `${layer}/mean`, shape: [width], layer, initial: 0 },
      { name: `${layer}/variance`, shape: [width], layer, initial: 1 },
    ];
  });

  const encode = (context: ModelContext, updates: Record<string, Tensor> = {}): Tensor => {
    const last = blocks.reduce((x, layer, i) => {
      const y = conv(x, context.parameter(`${layer}/weight`), undefined, { padding: 1 });
      const active = relu(normalised(context, layer, y, updates));
      return i === blocks.length - 1 ? active : maxPool(active, 2);
    }, context.field('x'));
    const flattened = reshape(last, [context.batchSize, flat]);
    const y = linear(flattened, context.parameter('features/weight'));
    return normalised(context, 'features', y, updates);
  };

  return {
    family: 'classifier',
    config,
    fields: [
      { name: 'x', shape: image, dtype: 'float32' },
      ...heads.map(({ field, count }) => ({ name: field, shape: [count], dtype: 'float32' as const })),
    ],
    parameters,
    state,
    layers,
    players: [
      {
        name: 'classifier',
        layers,
        unit: 'nats/image',
        objective(context) {
          const updates: Record<string, Tensor> = {};
          const active = relu(encode(context, updates));
          const costs = heads.map(({ layer, field }) => {
            const surprise = neg(logSoftmax(applyLinear(context, layer, active)));
            return sum(mul(context.field(field), surprise), 1);
          });
          return { cost: costs.reduce((a, b) => add(a, b)), state: updates };
        },
      },
    ],
    sampler: {
      kind: 'latent',
      latent: features,
      decode() {
        throw new GraftError('unsupported', {
          what: 'sampling from a classifier',
          reason: 'it models classes of images, not images',
        });
      },
    },
    encode,
    logits: (context) => applyLinear(context, 'logits', relu(encode(context))),
  };
}

/** A model that tells classes apart; it has no samples. */
export interface Classifier extends Model {
  /** [batch, classes] before the softmax. */
  logits(context: ModelContext): Tensor;
}

/** Weight without a bias, and scale and shift of the batch normalisation behind it; `fan` is the weight's fan in. */
function normalisedParameters(layer: string, weight: readonly number[], fan: number): ParameterSpec[] {
  const shape = [weight[0]!];
  return [
    {
      name: `${layer}/weight`,
      shape: weight,
      layer,
      decay: true,
      initial: { draw: 'normal', deviation: Math.sqrt(2 / fan) },
    },
    { name: `${layer}/scale`, shape, layer, decay: false, initial: one },
    { name: `${layer}/bias`, shape, layer, decay: false, initial: zero },
  ];
}

/** Batch normalisation of y [batch, width, …]; in training new running statistics are written to `updates`. */
function normalised(
  context: ModelContext,
  layer: string,
  y: Tensor,
  updates: Record<string, Tensor>,
): Tensor {
  const scale = context.parameter(`${layer}/scale`);
  const bias = context.parameter(`${layer}/bias`);
  const running = { mean: context.state(`${layer}/mean`), variance: context.state(`${layer}/variance`) };
  if (!context.training(layer)) return batchNormEvaluation(y, running, scale, bias);
  const { output, mean, variance } = batchNormTraining(y, scale, bias);
  const blend = (old: Tensor, fresh: Tensor) => add(mul(old, memory), mul(fresh, 1 - memory));
  updates[`${layer}/mean`] = blend(running.mean, mean);
  updates[`${layer}/variance`] = blend(running.variance, variance);
  return output;
}
