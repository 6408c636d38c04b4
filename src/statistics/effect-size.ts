import { requirePairs, requireSample } from './require-finite.ts';
import { differences, mean, standardDeviation, variance } from './summarize.ts';

/** Paired effect size d_z: mean / standard deviation of the differences x - y (Cohen 1988); null without spread. */
export function cohensDz(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  requirePairs(x, y, 2, 'samples of an effect size');
  return standardizedMean(differences(x, y));
}

/** mean / standard deviation of `values`; null where they do not vary. */
export function standardizedMean(values: ArrayLike<number>): number | null {
  const spread = standardDeviation(values);
  return spread > 0 ? mean(values) / spread : null;
}

/** Cohen's d of two independent samples: difference of means over the pooled standard deviation; null without spread. */
export function cohensD(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  requireSample(x, 2, 'first sample of an effect size');
  requireSample(y, 2, 'second sample of an effect size');
  const df = x.length + y.length - 2;
  const pooled = Math.sqrt(((x.length - 1) * variance(x) + (y.length - 1) * variance(y)) / df);
  return pooled > 0 ? (mean(x) - mean(y)) / pooled : null;
}

/** Probability that a value of `x` exceeds one of `y`, ties counted half (Vargha and Delaney 2000, A12). */
export function varghaDelaneyA(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return (cliffsDelta(x, y) + 1) / 2;
}

/** Cliff's delta: P(x > y) - P(x < y) over all pairs (Cliff 1993), in [-1, 1]. */
export function cliffsDelta(x: ArrayLike<number>, y: ArrayLike<number>): number {
  requireSample(x, 1, 'first sample of an effect size');
  requireSample(y, 1, 'second sample of an effect size');
  let sum = 0;
  for (let i = 0; i < x.length; i++) for (let j = 0; j < y.length; j++) sum += Math.sign(x[i]! - y[j]!);
  return sum / (x.length * y.length);
}
