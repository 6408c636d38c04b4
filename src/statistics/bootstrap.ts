import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import type { Interval } from './alternative.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { sortedQuantile } from './quantile.ts';
import { requireOpenUnit } from './require-finite.ts';
import { mean, standardDeviation } from './summarize.ts';

/** What a bootstrap needs. */
export interface BootstrapOptions {
  /** Number of units that are resampled (seeds, runs, examples). */
  size: number;
  /** The statistic on the units of the given indices (with repetitions). */
  statistic: (rows: ArrayLike<number>) => number;
  /** [resamples, size]: the resamples, as drawn by `resampleIndices`. */
  resamples: readonly ArrayLike<number>[];
  /** Default 0.95. */
  confidence?: number;
}

/** Three bootstrap intervals of one statistic. */
export interface BootstrapResult {
  /** The statistic on the units themselves. */
  estimate: number;
  /** Standard deviation of the replicates. */
  standardError: number;
  /** Quantiles of the replicates (Efron 1979). Too narrow for few units. */
  percentile: Interval;
  /** Twice the estimate minus the percentile interval (Davison and Hinkley 1997, equation 5.6). */
  basic: Interval;
  /** Bias-corrected and accelerated (Efron 1987); null where the jackknife does not vary or all replicates lie on one side. */
  bca: Interval | null;
  /** The statistic on each resample, in order. */
  replicates: Float64Array;
}

/**
 * Bootstrap intervals of a statistic of any (multivariate, paired) data: the statistic sees indices, so units stay
 * whole. Acceleration from the jackknife, bias from the share of replicates below the estimate plus half the ties.
 * Fails with `not-finite` where the statistic is not a number on the units or a resample.
 */
export function bootstrap({
  size,
  statistic,
  resamples,
  confidence = 0.95,
}: BootstrapOptions): BootstrapResult {
  requireOpenUnit(confidence, 'confidence');
  if (size < 1 || resamples.length < 2) {
    throw new GraftError('bad-data', {
      what: 'bootstrap',
      problem: `${size} units and ${resamples.length} resamples, at least 1 and 2 are needed`,
    });
  }
  const finite = (value: number, where: string) => {
    if (Number.isFinite(value)) return value;
    throw new GraftError('not-finite', { what: 'statistic of a bootstrap', where });
  };
  const all = Int32Array.from({ length: size }, (_, i) => i);
  const estimate = finite(statistic(all), 'all units');
  const replicates = Float64Array.from(resamples, (rows, i) => finite(statistic(rows), `resample ${i}`));
  const sorted = Float64Array.from(replicates).sort();
  const tail = (1 - confidence) / 2;
  const percentile = { low: sortedQuantile(sorted, tail), high: sortedQuantile(sorted, 1 - tail) };
  return {
    estimate,
    standardError: standardDeviation(replicates),
    percentile,
    basic: { low: 2 * estimate - percentile.high, high: 2 * estimate - percentile.low },
    bca: size < 2 ? null : bcaInterval(estimate, sorted, jackknife(all, statistic), tail),
    replicates,
  };
}

/** `count` resamples of `size` units with replacement, one child stream each. */
export function resampleIndices(size: number, count: number, stream: Stream): Int32Array[] {
  return Array.from({ length: count }, (_, i) => stream.child(i).integers(size, size));
}

function jackknife(all: Int32Array, statistic: (rows: ArrayLike<number>) => number): Float64Array {
  return Float64Array.from(all, (out) => statistic(all.filter((i) => i !== out)));
}

function bcaInterval(
  estimate: number,
  sorted: Float64Array,
  leftOut: Float64Array,
  tail: number,
): Interval | null {
  let below = 0;
  let atMost = 0;
  for (const value of sorted) {
    if (value < estimate) below++;
    if (value <= estimate) atMost++;
  }
  const bias = normalQuantile((below + atMost) / (2 * sorted.length));
  const center = mean(leftOut);
  let squares = 0;
  let cubes = 0;
  for (const value of leftOut) {
    squares += (center - value) ** 2;
    cubes += (center - value) ** 3;
  }
  if (!(squares > 0) || !Number.isFinite(bias)) return null;
  const acceleration = cubes / (6 * squares ** 1.5);
  const share = (p: number) => {
    const z = bias + normalQuantile(p);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  return { low: sortedQuantile(sorted, share(tail)), high: sortedQuantile(sorted, share(1 - tail)) };
}
