import { GraftError } from '../errors.ts';

/** How much of an image and how much of noise stands at each of the times 0 .. `steps` of a diffusion. */
export interface NoiseSchedule {
  /** Number of noising steps T. */
  readonly steps: number;
  /** Variance that step t adds, t = 1 .. T; 0 at index 0. */
  readonly beta: Float64Array;
  /** Factor of the image at time t: the square root of the product of 1 - beta up to t. */
  readonly alpha: Float64Array;
  /** Standard deviation of the noise at time t: sqrt(1 - alpha^2). */
  readonly sigma: Float64Array;
}

/** Steps that the end points of the linear schedule were chosen for. */
const LINEAR_STEPS = 1000;
/** Keeps the cosine schedule's first steps from being too small (Nichol and Dhariwal 2021). */
const OFFSET = 0.008;
const LARGEST_BETA = 0.999;

/** Variances of the steps t = 1 .. T by name. */
export const noiseSchedules = {
  /**
   * From 1e-4 to 0.02 in equal steps (Ho et al. 2020, section 4). For other numbers of steps than 1000 both ends are
   * multiplied by 1000 / T, so that the end is as noisy (Nichol and Dhariwal 2021, section 4).
   */
  linear: (t, steps) => {
    const scale = LINEAR_STEPS / steps;
    const share = steps === 1 ? 0 : (t - 1) / (steps - 1);
    return scale * (1e-4 + share * (0.02 - 1e-4));
  },
  /** alpha^2 falls as the square of a cosine (Nichol and Dhariwal 2021, eq. 17). */
  cosine: (t, steps) => {
    const f = (at: number) => Math.cos(((at / steps + OFFSET) / (1 + OFFSET)) * (Math.PI / 2)) ** 2;
    return 1 - f(t) / f(t - 1);
  },
} satisfies Record<string, (t: number, steps: number) => number>;

export type NoiseScheduleName = keyof typeof noiseSchedules;
export const noiseScheduleNames = Object.keys(noiseSchedules) as [NoiseScheduleName, ...NoiseScheduleName[]];

/** The schedule of the given name over T steps; variances are at most 0.999. */
export function noiseSchedule(name: NoiseScheduleName, steps: number): NoiseSchedule {
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new GraftError('invalid-value', {
      what: 'noising steps',
      received: steps,
      allowed: 'an integer from 1 on',
    });
  const beta = new Float64Array(steps + 1);
  const alpha = new Float64Array(steps + 1).fill(1);
  const sigma = new Float64Array(steps + 1);
  let signal = 1;
  let noise = 0;
  for (let t = 1; t <= steps; t++) {
    const b = Math.min(LARGEST_BETA, noiseSchedules[name](t, steps));
    beta[t] = b;
    signal *= 1 - b;
    // 1 - signal, without the cancellation that it has at small times.
    noise = noise + b * (1 - noise);
    alpha[t] = Math.sqrt(signal);
    sigma[t] = Math.sqrt(noise);
  }
  return { steps, beta, alpha, sigma };
}

/** alpha^2 / sigma^2 at time t, from 1 on. */
export const signalToNoise = ({ alpha, sigma }: NoiseSchedule, t: number): number =>
  (alpha[t]! / sigma[t]!) ** 2;
