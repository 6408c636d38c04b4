import { constant } from '../tensor/build.ts';
import { embedding, expand, reshape, slice } from '../tensor/functions/arrangement.ts';
import { add, cast, clamp, div, floor, minimum, mul, sub } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { NoiseSchedule } from './noise-schedule.ts';

/** What a denoising network predicts: the noise, or v = alpha noise - sigma image (Salimans and Ho 2022). */
export const predictions = ['epsilon', 'v'] as const;
export type Prediction = (typeof predictions)[number];

/** Pixels in [0, 1] as the network sees them, in [-1, 1]. */
export const centred = (x: Tensor): Tensor => sub(mul(x, 2), 1);
/** From [-1, 1] back to pixels; what lies beyond is cut off. */
export const pixels = (x: Tensor): Tensor => clamp(mul(add(x, 1), 0.5), 0, 1);

/** Values of a schedule at times 1 .. T for int32 indices 0 .. T - 1 of any shape. */
export const atTimes = (values: (t: number) => number, steps: number, index: Tensor): Tensor =>
  embedding(
    constant(
      Float64Array.from({ length: steps }, (_, i) => values(i + 1)),
      [steps],
    ),
    index,
  );

/**
 * Indices 0 .. T - 1 of times, from uniform numbers [count, ...]: the k-th row lies in the k-th of `count` equal parts,
 * so that their mean varies less (stratified).
 */
export function stratifiedIndices(uniform: Tensor, steps: number): Tensor {
  const count = uniform.shape[0] as number;
  const parts = constant(
    Float64Array.from({ length: count }, (_, k) => k),
    [count, ...uniform.shape.slice(1).map(() => 1)],
  );
  const at = floor(mul(add(uniform, parts), steps / count));
  return cast(minimum(at, steps - 1), 'int32');
}

/** Numbers [n] as factors of images [n, c, h, w]. */
export const onImages = (values: Tensor): Tensor => reshape(values, [values.shape[0]!, 1, 1, 1]);

/** `count` copies of each example in front: [batch, ...] -> [count * batch, ...], copy by copy. */
export function repeated(x: Tensor, count: number): Tensor {
  if (count === 1) return x;
  const [batch, ...shape] = x.shape;
  return reshape(expand(reshape(x, [1, batch!, ...shape]), [count, batch!, ...shape]), [-1, ...shape]);
}

/** Image and noise that stand behind a prediction for x = alpha image + sigma noise. */
export function predictedImage(
  prediction: Prediction,
  x: Tensor,
  predicted: Tensor,
  alpha: Tensor,
  sigma: Tensor,
): Tensor {
  return prediction === 'epsilon'
    ? div(sub(x, mul(sigma, predicted)), alpha)
    : sub(mul(alpha, x), mul(sigma, predicted));
}

/** What the network is to predict of x0 and noise at a time. */
export function targetOf(
  prediction: Prediction,
  image: Tensor,
  noise: Tensor,
  alpha: Tensor,
  sigma: Tensor,
): Tensor {
  return prediction === 'epsilon' ? noise : sub(mul(alpha, noise), mul(sigma, image));
}

/** One step of sampling from time t to time s < t. */
export interface DenoisingStep {
  /** Index of t for the network, 0 .. T - 1. */
  readonly index: number;
  readonly alpha: number;
  readonly sigma: number;
  /** Factors of the predicted image, of the predicted noise and of fresh noise. */
  readonly image: number;
  readonly direction: number;
  readonly fresh: number;
}

/**
 * Steps of sampling through `count` of the times T .. 0: the i-th of the times is round(i T / count), so that the first
 * is T (where samples start as pure noise) and the last 0. The spread of fresh noise is eta times that of the posterior
 * (Song et al. 2021, 'Denoising diffusion implicit models', eq. 12 and 16): 0 is DDIM, and 1 over all T times DDPM with
 * the posterior's variance (Ho et al. 2020).
 */
export function denoisingSteps(schedule: NoiseSchedule, count: number, eta: number): DenoisingStep[] {
  const { steps, alpha, sigma } = schedule;
  const times = Array.from({ length: count + 1 }, (_, i) => Math.round((i * steps) / count));
  return Array.from({ length: count }, (_, i) => {
    const t = times[count - i]!;
    const s = times[count - i - 1]!;
    const ratio = alpha[t]! / alpha[s]!;
    const fresh = eta * (sigma[s]! / sigma[t]!) * Math.sqrt(Math.max(0, 1 - ratio * ratio));
    return {
      index: t - 1,
      alpha: alpha[t]!,
      sigma: sigma[t]!,
      image: alpha[s]!,
      direction: Math.sqrt(Math.max(0, sigma[s]! ** 2 - fresh * fresh)),
      fresh,
    };
  });
}

/** A step's row of numbers, as a program reads them. */
export const stepNumbers = (step: DenoisingStep): number[] => [
  step.index,
  step.alpha,
  step.sigma,
  step.image,
  step.direction,
  step.fresh,
];

/**
 * The state after a step: the predicted image, cut off at -1 and 1, the noise that then goes with the state, and fresh
 * noise, each times its factor among the step's numbers (`stepNumbers`).
 */
export function denoised(
  prediction: Prediction,
  state: Tensor,
  predicted: Tensor,
  numbers: Tensor,
  noise?: Tensor,
): Tensor {
  const number = (i: number) => slice(numbers, 0, i, i + 1);
  const [alpha, sigma] = [number(1), number(2)];
  const guess = clamp(predictedImage(prediction, state, predicted, alpha, sigma), -1, 1);
  const direction = div(sub(state, mul(alpha, guess)), sigma);
  const next = add(mul(number(3), guess), mul(number(4), direction));
  return noise === undefined ? next : add(next, mul(number(5), noise));
}
