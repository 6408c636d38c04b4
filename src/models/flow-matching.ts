import { z } from 'zod';
import { constant } from '../tensor/build.ts';
import { expand, reshape, slice } from '../tensor/functions/arrangement.ts';
import { add, mul, sub } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { createDenoiser } from './denoiser.ts';
import { onImages, pixels } from './diffusion-process.ts';
import { guidanceOptions } from './guidance.ts';
import type { Model } from './model.ts';
import { solverNames, solvers } from './ode-step.ts';
import { uNetSchema } from './u-net.ts';

/** Configuration of a flow of images that is trained by matching velocities. */
export const flowMatchingSchema = uNetSchema.extend({
  ...guidanceOptions,
  leastNoise: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('standard deviation of the noise that is left around each image at the end of its path'),
  solver: z
    .enum(solverNames)
    .default('euler')
    .describe('how the differential equation is followed in sampling'),
  steps: z
    .int()
    .min(1)
    .max(100_000)
    .default(50)
    .describe('steps of sampling; midpoint and rk4 run the network two and four times in each'),
});

export type FlowMatchingConfig = z.input<typeof flowMatchingSchema>;

/** The network's times: 0 to 1 become 0 to this, as with a thousand noising steps. */
const NETWORK_TIMES = 1000;

/**
 * Flow matching on straight conditional paths (Lipman et al. 2023, eq. 20 to 23): noise z becomes an image x1 of
 * [-1, 1] along x(t) = (1 - (1 - s) t) z + t x1 for t from 0 to 1, s being `leastNoise`. The network predicts the
 * velocity x1 - (1 - s) z from x(t) and t. Objective: squared error, averaged over values, at a uniformly drawn time; in
 * evaluation at several times of equal parts. Samples follow the velocity from noise in steps of equal length.
 *
 * It has no likelihood here: that of the flow needs the divergence of the velocity at every step, hundreds of passes
 * through the network for each image, and is a density, which pixels of 256 levels have only once noise is added.
 */
export function createFlowMatching(input: FlowMatchingConfig): Model {
  const config = flowMatchingSchema.parse(input);
  const { image, steps, leastNoise } = config;
  const denoiser = createDenoiser(config, NETWORK_TIMES);
  return {
    family: 'flow-matching',
    config,
    ...denoiser.model((clean, noise, uniform) => {
      const time = reshape(stratified(uniform), [-1]);
      const at = onImages(time);
      return {
        x: add(mul(sub(1, mul(at, 1 - leastNoise)), noise), mul(at, clean)),
        time,
        target: sub(clean, mul(noise, 1 - leastNoise)),
      };
    }),
    sampler: {
      kind: 'iterative',
      shape: image,
      steps: Array.from({ length: steps }, (_, i) => [i / steps, 1 / steps]),
      noisy: false,
      settings: ['solver', 'steps', ...denoiser.settings],
      step(context, { state, numbers }) {
        const velocity = (x: Tensor, t: Tensor) => denoiser.guided(context, x, expand(t, [x.shape[0]!]));
        return solvers[config.solver](velocity, state, slice(numbers, 0, 0, 1), slice(numbers, 0, 1, 2));
      },
      finish: pixels,
    },
  };
}

/** Times in [0, 1) from uniform numbers [count, ...]: row k in the k-th of `count` equal parts. */
function stratified(uniform: Tensor): Tensor {
  const count = uniform.shape[0] as number;
  const parts = constant(
    Float64Array.from({ length: count }, (_, k) => k),
    [count, 1],
  );
  return mul(add(uniform, parts), 1 / count);
}
