import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { expand, reshape, slice } from '../tensor/functions/arrangement.ts';
import { add, mul } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { createDenoiser } from './denoiser.ts';
import { diffusionBound } from './diffusion-bound.ts';
import {
  atTimes,
  centred,
  denoised,
  denoisingSteps,
  onImages,
  pixels,
  predictions,
  stepNumbers,
  stratifiedIndices,
  targetOf,
} from './diffusion-process.ts';
import { guidanceOptions } from './guidance.ts';
import type { Likelihood, Model } from './model.ts';
import { noiseSchedule, noiseScheduleNames } from './noise-schedule.ts';
import { uNetSchema } from './u-net.ts';

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
  const schedule = noiseSchedule(config.noiseSchedule, times);
  const onTimes = (values: Float64Array, index: Tensor) => onImages(atTimes((t) => values[t]!, times, index));
  // The network's times are those of a thousand steps, whatever their number.
  const denoiser = createDenoiser(config, 1000 / times);
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
            const labels = denoiser.labels(context, Math.min(times, samples));
            const bound = diffusionBound(
              context,
              centred(context.field('x')),
              (x, index) => denoiser.predict(context)(x, index, labels),
              schedule,
              { prediction, levels: levelsOf[config.likelihood as keyof typeof levelsOf], times: samples },
            );
            return reshape(bound, [1, context.batchSize]);
          },
        };

  return {
    family: 'diffusion',
    config,
    ...denoiser.model((clean, noise, uniform) => {
      const index = reshape(stratifiedIndices(uniform, times), [-1]);
      const [alpha, sigma] = [onTimes(schedule.alpha, index), onTimes(schedule.sigma, index)];
      return {
        x: add(mul(alpha, clean), mul(sigma, noise)),
        time: index,
        target: targetOf(prediction, clean, noise, alpha, sigma),
      };
    }),
    sampler: {
      kind: 'iterative',
      shape: image,
      steps: path.map(stepNumbers),
      noisy: path.some(({ fresh }) => fresh > 0),
      settings: ['sampler', 'steps', 'eta', ...denoiser.settings],
      step(context, { state, numbers, noise }) {
        const index = expand(slice(numbers, 0, 0, 1), [state.shape[0]!]);
        const predicted = denoiser.guided(context, state, index);
        return denoised(prediction, state, predicted, numbers, noise);
      },
      finish: pixels,
    },
    ...(likelihood === undefined ? {} : { likelihood }),
  };
}
