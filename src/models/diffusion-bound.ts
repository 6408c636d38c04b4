import { GraftError } from '../errors.ts';
import { constant } from '../tensor/build.ts';
import { reshape, slice } from '../tensor/functions/arrangement.ts';
import { add, cast, clamp, floor, minimum, mul, square, sub } from '../tensor/functions/elementwise.ts';
import { sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { atTimes, onImages, type Prediction, predictedImage, repeated } from './diffusion-process.ts';
import { discretisedGaussian } from './discretised-gaussian.ts';
import type { ModelContext } from './model.ts';
import { type NoiseSchedule, signalToNoise } from './noise-schedule.ts';

/** How fast the parts widen with time: terms at little noise are the largest. */
const WIDENING = 2;

/**
 * Ends of `count` parts of the times 1 .. T: part k is the times behind end k - 1 up to end k. The first holds time 1
 * alone; parts widen with time. With `count` from T on each time is a part of its own. Fails with `invalid-value` where one
 * part would have to hold time 1 alone and all other times.
 */
export function timeParts(steps: number, count: number): Int32Array {
  if (!(Number.isInteger(count) && count >= Math.min(2, steps)))
    throw new GraftError('invalid-value', {
      what: 'times of a variational bound',
      received: count,
      allowed: 'an integer from 2 on: one for time 1, the others for all times behind it',
    });
  const parts = Math.min(steps, count);
  const ends = new Int32Array(parts + 1);
  for (let k = 1; k <= parts; k++) {
    const wanted = Math.round(steps * (k / parts) ** WIDENING);
    ends[k] = Math.min(steps - (parts - k), Math.max(ends[k - 1]! + 1, k === 1 ? 1 : wanted));
  }
  return ends;
}

/**
 * Estimates the variational bound on the log-probability of images x0 [batch, c, h, w] of `levels` levels from -1 to 1,
 * in nats: [batch] (Ho et al. 2020, eq. 5). The terms are
 *
 * - time T against the prior, exactly;
 * - times 2 .. T: the divergence of the posterior from the model, both with the posterior's variance, which is
 *   (SNR(t - 1) - SNR(t)) / 2 times the squared error of the predicted image, limited to [-1, 1]. The sum over t is
 *   estimated from one time drawn in each of `times` parts (`timeParts`), weighted by the times of the part: unbiased;
 * - time 1: the discretised normal density of the predicted image, whose variance is the posterior's at time 2.
 *
 * Times and noise are drawn for each image, so that the standard error over images covers them.
 */
export function diffusionBound(
  context: ModelContext,
  x0: Tensor,
  network: (x: Tensor, index: Tensor) => Tensor,
  schedule: NoiseSchedule,
  { prediction, levels, times }: { prediction: Prediction; levels: number; times: number },
): Tensor {
  const { steps } = schedule;
  const batch = context.batchSize;
  const [, ...image] = x0.shape;
  const ends = timeParts(steps, times);
  const parts = ends.length - 1;
  const column = (values: (k: number) => number) =>
    constant(
      Float64Array.from({ length: parts }, (_, k) => values(k)),
      [parts, 1],
    );
  const width = (k: number) => ends[k + 1]! - ends[k]!;
  const uniform = context.noise('time', [parts, batch], { kind: 'uniform', batchAxis: 1 });
  const within = minimum(
    floor(mul(uniform, column(width))),
    column((k) => width(k) - 1),
  );
  const index = cast(
    add(
      within,
      column((k) => ends[k]!),
    ),
    'int32',
  );

  const flat = reshape(index, [-1]);
  const alpha = onImages(atTimes((t) => schedule.alpha[t]!, steps, flat));
  const sigma = onImages(atTimes((t) => schedule.sigma[t]!, steps, flat));
  const clean = repeated(x0, parts);
  const noise = reshape(context.noise('noise', [parts, batch, ...image], { batchAxis: 1 }), [-1, ...image]);
  const x = add(mul(alpha, clean), mul(sigma, noise));
  const guess = clamp(predictedImage(prediction, x, network(x, flat), alpha, sigma), -1, 1);

  const errors = reshape(sum(square(sub(guess, clean)), [1, 2, 3]), [parts, batch]);
  const weight = (t: number) =>
    t === 1 ? 0 : 0.5 * (signalToNoise(schedule, t - 1) - signalToNoise(schedule, t));
  const weights = mul(atTimes(weight, steps, index), column(width));
  const divergences = sum(mul(errors, weights), 0);

  const first = reshape(slice(reshape(guess, [parts, batch, ...image]), 0, 0, 1), [batch, ...image]);
  const decoded = sum(discretisedGaussian(x0, first, firstDeviation(schedule), levels), [1, 2, 3]);
  return sub(decoded, add(divergences, priorDivergence(x0, schedule)));
}

/** Deviation of the image at time 0 given that at time 1: the posterior's own is 0 there, so time 2's is taken. */
function firstDeviation({ steps, beta, sigma }: NoiseSchedule): number {
  if (steps === 1) return Math.sqrt(beta[1]!);
  return Math.sqrt((sigma[1]! ** 2 / sigma[2]! ** 2) * beta[2]!);
}

/** Divergence of N(alpha x0, sigma^2) at time T from N(0, 1) in nats: [batch]. */
function priorDivergence(x0: Tensor, { steps, alpha, sigma }: NoiseSchedule): Tensor {
  const [a, s] = [alpha[steps]! ** 2, sigma[steps]! ** 2];
  const each = add(mul(square(x0), 0.5 * a), 0.5 * (s - 1 - Math.log(s)));
  return sum(each, [1, 2, 3]);
}
