import type { Stream } from '../../src/random.ts';
import { bootstrap, resampleIndices } from '../../src/statistics/bootstrap.ts';
import { comparePaired } from '../../src/statistics/compare-paired.ts';
import { oneSampleTTest } from '../../src/statistics/t-test.ts';
import { type Noise, noises, type StudyShape, simulateStudy } from './simulate-study.ts';

/** Share of studies without any true difference in which at least one difference is claimed. */
export function falseClaimRate(shape: Omit<StudyShape, 'effect'>, studies: number, stream: Stream): number {
  let falseClaims = 0;
  for (let i = 0; i < studies; i++) {
    const family = comparePaired(simulateStudy({ ...shape, effect: 0 }, stream.child(i)), {
      direction: 'higher',
      mostSeeds: 0,
    });
    if (family.results.some((result) => result.verdict !== 'no difference can be claimed')) falseClaims++;
  }
  return falseClaims / studies;
}

/** Share of the true differences (6 of 15 comparisons, all 'better') that are claimed. */
export function power(shape: StudyShape, studies: number, stream: Stream): number {
  let claimed = 0;
  let differences = 0;
  for (let i = 0; i < studies; i++) {
    const { results } = comparePaired(simulateStudy(shape, stream.child(i)), {
      direction: 'higher',
      mostSeeds: 0,
    });
    for (const result of results) {
      if (!result.label.startsWith('fourth')) continue;
      differences++;
      if (result.verdict === 'better') claimed++;
    }
  }
  return claimed / differences;
}

/** Kinds of intervals of a mean that are compared. */
export type IntervalKind = 'paired t' | 'percentile' | 'BCa';

/**
 * Share of intervals of a mean difference that miss the true value 0, each kind on the same samples. The differences
 * are those of two trials that vary alike ('alike') or of one that varies and one that does not ('one-sided').
 */
export function missRates(
  options: { seeds: number; noise: Noise; sides: 'alike' | 'one-sided'; confidence: number },
  { samples, resamples }: { samples: number; resamples: number },
  stream: Stream,
): Record<IntervalKind, number> {
  const { seeds, noise, sides, confidence } = options;
  const misses = { 'paired t': 0, percentile: 0, BCa: 0 };
  // A few sets of resamples serve all samples: drawing them costs more than using them.
  const sets = Array.from({ length: 20 }, (_, i) =>
    resampleIndices(seeds, resamples, stream.child(`resamples/${i}`)),
  );
  for (let i = 0; i < samples; i++) {
    const drawn = noises[noise](2 * seeds, stream.child(i));
    const d = Float64Array.from(
      { length: seeds },
      (_, s) => drawn[s]! - (sides === 'alike' ? drawn[seeds + s]! : 0),
    );
    const statistic = (rows: ArrayLike<number>) => {
      let sum = 0;
      for (let k = 0; k < rows.length; k++) sum += d[rows[k]!]!;
      return sum / rows.length;
    };
    const result = bootstrap({ size: seeds, statistic, resamples: sets[i % sets.length]!, confidence });
    const intervals = {
      'paired t': oneSampleTTest(d, 0, { confidence }).interval,
      percentile: result.percentile,
      BCa: result.bca,
    };
    for (const kind of ['paired t', 'percentile', 'BCa'] as const) {
      const interval = intervals[kind];
      if (interval !== null && (interval.low > 0 || interval.high < 0)) misses[kind]++;
    }
  }
  return {
    'paired t': misses['paired t'] / samples,
    percentile: misses.percentile / samples,
    BCa: misses.BCa / samples,
  };
}

/** Share of null studies in which at least one of 15 intervals, each of kind `kind` at Holm's first level, excludes 0. */
export function intervalFalseClaimRate(
  shape: Omit<StudyShape, 'effect'>,
  { studies, resamples }: { studies: number; resamples: number },
  stream: Stream,
): Record<'percentile' | 'BCa', number> {
  const counts = { percentile: 0, BCa: 0 };
  const sets = Array.from({ length: 20 }, (_, i) =>
    resampleIndices(shape.seeds, resamples, stream.child(`resamples/${i}`)),
  );
  for (let i = 0; i < studies; i++) {
    const claimed = { percentile: false, BCa: false };
    const comparisons = simulateStudy({ ...shape, effect: 0 }, stream.child(i));
    for (const { differences } of comparisons) {
      const statistic = (rows: ArrayLike<number>) => {
        let sum = 0;
        for (let k = 0; k < rows.length; k++) sum += differences[rows[k]!]!;
        return sum / rows.length;
      };
      const confidence = 1 - 0.05 / comparisons.length;
      const { percentile, bca } = bootstrap({
        size: shape.seeds,
        statistic,
        resamples: sets[i % sets.length]!,
        confidence,
      });
      if (percentile.low > 0 || percentile.high < 0) claimed.percentile = true;
      if (bca !== null && (bca.low > 0 || bca.high < 0)) claimed.BCa = true;
    }
    if (claimed.percentile) counts.percentile++;
    if (claimed.BCa) counts.BCa++;
  }
  return { percentile: counts.percentile / studies, BCa: counts.BCa / studies };
}
