import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { applyLinear, linearParameters } from '../models/dense-coder.ts';
import type { Model, ModelContext, StateSpec } from '../models/model.ts';
import { reshape } from '../tensor/functions/arrangement.ts';
import { add, mul, neg, relu } from '../tensor/functions/elementwise.ts';
import { conv, maxPool } from '../tensor/functions/linear.ts';
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
});

export type ClassifierConfig = z.infer<typeof classifierSchema>;

/** Share of the old value that running means and variances keep in an update. */
const memory = 0.99;

/**
 * Convolutional classifier: 3x3 convolutions with batch normalisation and ReLU, max pooling between them, a linear layer
 * with ReLU whose output is the feature vector, and a linear layer to the logits. Objective: cross-entropy in nats with
 * `target`, a distribution over the classes, so that an image may belong to several classes or to none in particular.
 * Features (`encode`) come from before the logits.
 */
export function createClassifier(config: ClassifierConfig): Classifier {
  const { image, channels, features, classes } = config;
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
  const layers = [...blocks, 'features', 'logits'];
  const parameters: ParameterSpec[] = [
    ...blocks.flatMap((layer, i) =>
      blockParameters(layer, i === 0 ? colours : channels[i - 1]!, channels[i]!),
    ),
    ...linearParameters('features', flat, features),
    ...linearParameters('logits', features, classes.length),
  ];
  const state: StateSpec[] = blocks.flatMap((layer, i) => [
    { name: `${layer}/mean`, shape: [channels[i]!], layer, initial: 0 },
    { name: `${layer}/variance`, shape: [channels[i]!], layer, initial: 1 },
  ]);

  const encode = (context: ModelContext, updates: Record<string, Tensor> = {}): Tensor => {
    const last = blocks.reduce((x, layer, i) => {
      const y = relu(block(context, layer, x, updates));
      return i === blocks.length - 1 ? y : maxPool(y, 2);
    }, context.field('x'));
    return relu(applyLinear(context, 'features', reshape(last, [context.batchSize, flat])));
  };
  const logits = (context: ModelContext, updates?: Record<string, Tensor>): Tensor =>
    applyLinear(context, 'logits', encode(context, updates));

  return {
    family: 'classifier',
    config,
    fields: [
      { name: 'x', shape: image, dtype: 'float32' },
      { name: 'target', shape: [classes.length], dtype: 'float32' },
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
          const surprise = neg(logSoftmax(logits(context, updates)));
          return { cost: sum(mul(context.field('target'), surprise), 1), state: updates };
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
    logits,
  };
}

/** A model that tells classes apart; it has no samples. */
export interface Classifier extends Model {
  /** [batch, classes] before the softmax. */
  logits(context: ModelContext): Tensor;
}

function blockParameters(layer: string, inputs: number, outputs: number): ParameterSpec[] {
  return [
    {
      name: `${layer}/weight`,
      shape: [outputs, inputs, 3, 3],
      layer,
      decay: true,
      initial: { draw: 'normal', deviation: Math.sqrt(2 / (9 * inputs)) },
    },
    { name: `${layer}/scale`, shape: [outputs], layer, decay: false, initial: one },
    { name: `${layer}/bias`, shape: [outputs], layer, decay: false, initial: zero },
  ];
}

/** Convolution and batch normalisation; in training new running statistics are written to `updates`. */
function block(context: ModelContext, layer: string, x: Tensor, updates: Record<string, Tensor>): Tensor {
  const y = conv(x, context.parameter(`${layer}/weight`), undefined, { padding: 1 });
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
