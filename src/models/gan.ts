import { z } from 'zod';
import { type OptimiserSpec, optimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import { GraftError } from '../errors.ts';
import { concat, slice } from '../tensor/functions/arrangement.ts';
import { add, mul, sub } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { activationNames } from './activation.ts';
import { classesOf, classOptions, labelField } from './class-condition.ts';
import { diagnoseGan, ganTerms } from './gan-diagnosis.ts';
import { createDiscriminator } from './gan-discriminator.ts';
import { createGenerator } from './gan-generator.ts';
import {
  type GanObjective,
  ganObjectiveNames,
  ganObjectives,
  gradientPenalty,
  r1Penalty,
} from './gan-objectives.ts';
import type { Model, ModelContext, Player } from './model.ts';
import { imageShape, upTo } from './size-schema.ts';

const channels = z.array(upTo(1_000_000)).min(1).max(16);
const weight = z.number().min(0);

/** Configuration of a generative adversarial network of images. */
export const ganSchema = z.strictObject({
  image: imageShape,
  latent: upTo(1_000_000).default(64).describe('length of the latent vector'),
  generatorChannels: channels
    .default([64, 32])
    .describe('channels of the layers of the generator, each of which doubles both sides'),
  discriminatorChannels: channels
    .default([32, 64])
    .describe('channels of the layers of the discriminator, each of which halves both sides'),
  normalisation: z
    .enum(['batch', 'none'])
    .default('batch')
    .describe('of the layers of the generator; by class where the model is conditional'),
  activation: z
    .enum(activationNames)
    .default('relu')
    .describe('non-linearity of the generator; the discriminator has a leaky ReLU'),
  objective: z.enum(ganObjectiveNames).default('non-saturating').describe('what the players minimise'),
  spectralNorm: z
    .boolean()
    .default(true)
    .describe("the discriminator's weights are divided by their largest singular values"),
  gradientPenalty: weight
    .default(0)
    .describe(
      'weight of (|gradient| - 1)^2 between real and generated examples; 10 with the Wasserstein objective is WGAN-GP',
    ),
  r1: weight.default(0).describe('weight of |gradient|^2 / 2 on real examples'),
  discriminatorSteps: upTo(1000)
    .default(1)
    .describe('updates of the discriminator for each of the generator'),
  optimiser: optimiserSpec
    .default({ name: 'adam', beta1: 0, beta2: 0.9 })
    .describe('of both players, where a training states none'),
  discriminatorOptimiser: optimiserSpec.optional().describe('of the discriminator, where it has its own'),
  discriminatorRate: z
    .number()
    .positive()
    .default(1)
    .describe("the discriminator's learning rate in that of the generator (Heusel et al. 2017)"),
  average: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .describe(
      'decay of the moving average of the weights of the generator, which is what makes samples, where a training states none; 0 is none. In the first updates it is (1 + t) / (10 + t)',
    ),
  ...classOptions,
});

export type GanConfig = z.input<typeof ganSchema>;

/**
 * Generative adversarial network of images (Goodfellow et al. 2014), convolutional (Radford et al. 2016).
 *
 * Layers: `generator/0` ... `generator/output` from the latent vector to the image, `discriminator/0` ...
 * `discriminator/output` from the image to the judgement. Players in order: `discriminator` (so many updates as
 * `discriminatorSteps` says) and `generator`. No likelihood; looks at validation compare samples with examples.
 * By class: the generator is told the label (batch normalisation by class, or an embedding), the discriminator projects.
 */
export function createGan(input: GanConfig): Model {
  const config = ganSchema.parse(input);
  const { image, latent, gradientPenalty: penaltyWeight, r1 } = config;
  const classes = classesOf(config);
  const objective: GanObjective = ganObjectives[config.objective];
  if (objective.undecided === undefined && penaltyWeight === 0 && !config.spectralNorm)
    throw new GraftError('conflict', {
      first: `objective '${config.objective}'`,
      second: 'neither gradientPenalty nor spectralNorm',
      reason: 'nothing would keep the outputs of the discriminator finite',
    });
  const generator = createGenerator({
    image,
    latent,
    channels: config.generatorChannels,
    normalisation: config.normalisation,
    activation: config.activation,
    classes: classes?.length,
  });
  const discriminator = createDiscriminator({
    image,
    channels: config.discriminatorChannels,
    spectralNorm: config.spectralNorm,
    classes: classes?.length,
  });
  const labelOf = (context: ModelContext): Tensor | undefined =>
    classes === undefined ? undefined : context.field('label');
  const drawn = (context: ModelContext, updates?: Record<string, Tensor>): Tensor =>
    generator.make(context, context.noise('z', [context.batchSize, latent]), updates);

  const judging: Player = {
    name: 'discriminator',
    layers: discriminator.layers,
    unit: `${config.objective} cost of the discriminator`,
    repeats: config.discriminatorSteps,
    optimiser: (config.discriminatorOptimiser ?? config.optimiser) as OptimiserSpec,
    rate: config.discriminatorRate,
    average: 'none',
    objective(context) {
      const state: Record<string, Tensor> = {};
      const judge = discriminator.judge(context, state);
      const x = context.field('x');
      const made = drawn(context);
      const label = labelOf(context);
      const n = x.shape[0] as number;
      // Together they are one batch of kernels twice as long. Where the first layers are frozen, what those make of the
      // real examples is the same in each step, which shows only where generated ones do not stand beside them.
      const apart = !context.training(discriminator.layers[0]!);
      const both = apart
        ? undefined
        : judge(concat([x, made], 0), label === undefined ? undefined : concat([label, label], 0));
      const [real, generated] =
        both === undefined
          ? [judge(x, label), judge(made, label)]
          : [slice(both, 0, 0, n), slice(both, 0, n)];
      const decision = add(objective.real(real), objective.generated(generated));
      const terms: Record<string, Tensor> = {
        [ganTerms.real]: real,
        [ganTerms.generated]: generated,
        // Without penalties it is the player's whole cost, which has a curve in any case.
        ...(penaltyWeight > 0 || r1 > 0 ? { [ganTerms.decision]: decision } : {}),
      };
      let cost = decision;
      const score = (at: Tensor): Tensor => judge(at, label);
      if (penaltyWeight > 0) {
        const share = context.noise('interpolation', [context.batchSize, 1, 1, 1], { kind: 'uniform' });
        const between = add(made, mul(share, sub(x, made)));
        const penalty = gradientPenalty(score, between);
        terms[ganTerms.penalty] = penalty;
        cost = add(cost, mul(penalty, penaltyWeight));
      }
      if (r1 > 0) {
        const penalty = r1Penalty(score, x);
        terms[ganTerms.r1] = penalty;
        cost = add(cost, mul(penalty, r1));
      }
      return { cost, terms, state };
    },
  };
  const making: Player = {
    name: 'generator',
    layers: generator.layers,
    unit: `${config.objective} cost of the generator`,
    optimiser: config.optimiser as OptimiserSpec,
    ...(config.average === 0 ? {} : { average: { decay: config.average, warmUp: true } }),
    objective(context) {
      const state: Record<string, Tensor> = {};
      const made = drawn(context, state);
      const output = discriminator.judge(context)(made, labelOf(context));
      return { cost: objective.generator(output), state };
    },
  };

  return {
    family: 'gan',
    config,
    fields: [{ name: 'x', shape: image, dtype: 'float32' }, ...(classes === undefined ? [] : [labelField])],
    ...(classes === undefined ? {} : { classes }),
    parameters: [...generator.parameters, ...discriminator.parameters],
    state: [...generator.state, ...discriminator.state],
    layers: [...generator.layers, ...discriminator.layers],
    players: [judging, making],
    criterion: 'samples',
    diagnose: (looks) => diagnoseGan(looks, objective),
    sampler: { kind: 'latent', latent, decode: (context, z) => generator.make(context, z) },
    score: (context) => discriminator.judge(context)(context.field('x'), labelOf(context)),
  };
}
