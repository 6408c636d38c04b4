import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { expand, reshape, slice } from '../tensor/functions/arrangement.ts';
import { add, cast, mul, square, sub } from '../tensor/functions/elementwise.ts';
import { mean } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { labelField } from './class-condition.ts';
import { diffusionBound } from './diffusion-bound.ts';
import {
  atTimes,
  centred,
  denoised,
  denoisingSteps,
  onImages,
  pixels,
  predictions,
  repeated,
  stepNumbers,
  stratifiedIndices,
  targetOf,
} from './diffusion-process.ts';
import {
  guidanceOptions,
  guidedClasses,
  guidedPrediction,
  type Predictor,
  trainingLabels,
} from './guidance.ts';
import { LOOK_EXAMPLES, LOOK_TIMES } from './look-times.ts';
import type { Likelihood, Model, ModelContext } from './model.ts';
import { noiseSchedule, noiseScheduleNames } from './noise-schedule.ts';
import { createUNet, uNetSchema } from './u-net.ts';

/** Levels of the pixels that the bound is on. */
const levelsOf = { levels: 256, binary: 2 } as const;

/** Configuration of a diffusion model of images. */
export const diffusionSchema = uNetSchema.extend({
  ...guidanceOptions,
  prediction: z
    .enum(predictions)
    .default('epsilon')
    .describe('what the network predicts: the noise, or v (Salimans and Ho 2022)'),
  noiseSchedule: z.enum(noiseScheduleNames).default('linear').describe('how the noise grows with time'),
  times: z.int().min(2).max(100_000).default(1000).describe('noising steps T'),
  likelihood: z
    .enum(['levels', 'binary', 'none'])
    .default('levels')
    .describe('what the variational bound is on: 256 levels, pixels of 0 and 1, or nothing'),
  sampler: z
    .enum(['ddim', 'ddpm'])
    .default('ddim')
    .describe(
      'ddpm: all noising steps back, each with the noise of the posterior; ddim: steps and eta as set',
    ),
  steps: z
    .int()
    .min(1)
    .max(100_000)
    .default(50)
    .describe('denoising steps of ddim, at most as many as times'),
  eta: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("fresh noise of ddim in that of the posterior; 0: a sample follows from its start's noise"),
});

export type DiffusionConfig = z.input<typeof diffusionSchema>;

/**
 * Denoising diffusion model (Sohl-Dickstein et al. 2015; Ho et al. 2020) of images in [0, 1], which the network sees in
 * [-1, 1]. Objective: squared error of the prediction, averaged over values, at a uniformly drawn time (Ho et al. 2020,
 * eq. 14); in evaluation at several times of equal parts. Likelihood: the variational bound (`diffusionBound`), by class
 * where the model is conditional, and always without guidance.
 */
export function createDiffusion(input: DiffusionConfig): Model {
  const config = diffusionSchema.parse(input);
  const { image, prediction, times, steps, eta, sampler } = config;
  if (sampler === 'ddim' && steps > times)
    throw new GraftError('invalid-value', {
      what: 'steps of sampling',
      received: steps,
      allowed: `1 to times, which is ${times}`,
    });
  const names = guidedClasses(config);
  const classes = names?.length;
  const network = createUNet(config, classes);
  const schedule = noiseSchedule(config.noiseSchedule, times);
  const onTimes = (values: Float64Array, index: Tensor) => onImages(atTimes((t) => values[t]!, times, index));
  /** The network's output at times given by their indices [n], which all have a place among a thousand. */
  const predictor =
    (context: ModelContext): Predictor =>
    (x, index, label) =>
      network.apply(context, x, mul(cast(index, 'float32'), 1000 / times), label);
  const path = sampler === 'ddpm' ? denoisingSteps(schedule, times, 1) : denoisingSteps(schedule, steps, eta);

  const likelihood: Likelihood | undefined =
    config.likelihood === 'none'
      ? undefined
      : {
          kind: 'variational',
          dimensions: image[0] * image[1] * image[2],
          support: config.likelihood,
          logWeights(context, samples) {
            if (typeof samples !== 'number')
              throw new GraftError('unsupported', {
                what: 'an open number of times in a variational bound',
                reason: 'their parts depend on how many there are',
              });
            const labels = trainingLabels(context, classes, config, Math.min(times, samples));
            const bound = diffusionBound(
              context,
              centred(context.field('x')),
              (x, index) => predictor(context)(x, index, labels),
              schedule,
              { prediction, levels: levelsOf[config.likelihood as keyof typeof levelsOf], times: samples },
            );
            return reshape(bound, [1, context.batchSize]);
          },
        };

  return {
    family: 'diffusion',
    config,
    fields: [{ name: 'x', shape: image, dtype: 'float32' }, ...(names === undefined ? [] : [labelField])],
    ...(names === undefined ? {} : { classes: names }),
    parameters: network.parameters,
    state: [],
    layers: network.layers,
    linears: network.linears,
    players: [
      {
        name: 'model',
        layers: network.layers,
        unit: 'squared error per value',
        lookExamples: LOOK_EXAMPLES,
        objective(context) {
          const count = context.updating ? 1 : LOOK_TIMES;
          const batch = context.batchSize;
          const uniform = context.noise('time', [count, batch], { kind: 'uniform', batchAxis: 1 });
          const index = reshape(stratifiedIndices(uniform, times), [-1]);
          const [alpha, sigma] = [onTimes(schedule.alpha, index), onTimes(schedule.sigma, index)];
          const clean = repeated(centred(context.field('x')), count);
          const drawn = context.noise('noise', [count, batch, ...image], { batchAxis: 1 });
          const noise = reshape(drawn, [-1, ...image]);
          const noisy = add(mul(alpha, clean), mul(sigma, noise));
          const target = targetOf(prediction, clean, noise, alpha, sigma);
          const labels = trainingLabels(context, classes, config, count);
          const predicted = predictor(context)(noisy, index, labels);
          const errors = mean(square(sub(predicted, target)), [1, 2, 3]);
          return { cost: mean(reshape(errors, [count, batch]), 0) };
        },
      },
    ],
    sampler: {
      kind: 'iterative',
      shape: image,
      steps: path.map(stepNumbers),
      noisy: path.some(({ fresh }) => fresh > 0),
      settings: ['sampler', 'steps', 'eta', ...(names === undefined ? [] : ['guidance'])],
      step(context, { state, numbers, noise }) {
        const index = expand(slice(numbers, 0, 0, 1), [state.shape[0]!]);
        const predicted = guidedPrediction(context, predictor(context), classes, config, state, index);
        return denoised(prediction, state, predicted, numbers, noise);
      },
      finish: pixels,
    },
    ...(likelihood === undefined ? {} : { likelihood }),
  };
}
