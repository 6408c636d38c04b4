import { z } from 'zod';
import { constant } from '../tensor/build.ts';
import { expand, reshape, slice } from '../tensor/functions/arrangement.ts';
import { add, mul, square, sub } from '../tensor/functions/elementwise.ts';
import { mean } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { labelField } from './class-condition.ts';
import { centred, onImages, pixels, repeated } from './diffusion-process.ts';
import {
  guidanceOptions,
  guidedClasses,
  guidedPrediction,
  type Predictor,
  trainingLabels,
} from './guidance.ts';
import { LOOK_EXAMPLES, LOOK_TIMES } from './look-times.ts';
import type { Model, ModelContext } from './model.ts';
import { solverNames, solvers } from './ode-step.ts';
import { createUNet, uNetSchema } from './u-net.ts';

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
  const names = guidedClasses(config);
  const classes = names?.length;
  const network = createUNet(config, classes);
  const predictor =
    (context: ModelContext): Predictor =>
    (x, time, label) =>
      network.apply(context, x, mul(time, NETWORK_TIMES), label);

  return {
    family: 'flow-matching',
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
          const time = reshape(
            stratified(context.noise('time', [count, batch], { kind: 'uniform', batchAxis: 1 })),
            [-1],
          );
          const clean = repeated(centred(context.field('x')), count);
          const drawn = context.noise('noise', [count, batch, ...image], { batchAxis: 1 });
          const noise = reshape(drawn, [-1, ...image]);
          const at = onImages(time);
          const x = add(mul(sub(1, mul(at, 1 - leastNoise)), noise), mul(at, clean));
          const velocity = predictor(context)(x, time, trainingLabels(context, classes, config, count));
          const target = sub(clean, mul(noise, 1 - leastNoise));
          const errors = mean(square(sub(velocity, target)), [1, 2, 3]);
          return { cost: mean(reshape(errors, [count, batch]), 0) };
        },
      },
    ],
    sampler: {
      kind: 'iterative',
      shape: image,
      steps: Array.from({ length: steps }, (_, i) => [i / steps, 1 / steps]),
      noisy: false,
      settings: ['solver', 'steps', ...(names === undefined ? [] : ['guidance'])],
      step(context, { state, numbers }) {
        const velocity = (x: Tensor, t: Tensor) =>
          guidedPrediction(context, predictor(context), classes, config, x, expand(t, [x.shape[0]!]));
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
