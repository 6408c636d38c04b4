import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import { adjustPValues } from './adjust-p-values.ts';
import type { Interval } from './alternative.ts';
import { bootstrap, resampleIndices } from './bootstrap.ts';
import { pairsNeeded } from './paired-power.ts';
import { requireFinite, requireOpenUnit } from './require-finite.ts';
import { tCritical, tTwoSided } from './student-t.ts';
import { mean, variance } from './summarize.ts';

/** One comparison of a technique with a reference at the same budget. */
export interface PairedComparison {
  /** Names the comparison in results and errors. */
  label: string;
  /** Technique minus reference in the primary metric, one value a seed. */
  differences: ArrayLike<number>;
  /**
   * Whose training had not converged, if any. Such a side is never called worse: the comparison can then only be won
   * by it.
   */
  unconverged?: 'technique' | 'reference' | 'both';
}

/** How a family of comparisons is judged. */
export interface CompareOptions {
  /** Which way the primary metric is better. */
  direction: 'lower' | 'higher';
  /** 1 - confidence bounds the probability of any false claim in the family; default 0.95. */
  confidence?: number;
  /** Power for which the needed seeds are worked out; default 0.8. */
  power?: number;
  /** Numbers of seeds above this are given as 'more than'; default 1000. 0 leaves them out. */
  mostSeeds?: number;
  /** Source of bootstrap resamples; without it no BCa interval is given. */
  stream?: Stream;
  /** Bootstrap resamples; default 2000. */
  resamples?: number;
}

/** What can be claimed of a technique against its reference. */
export type PairedVerdict = 'better' | 'worse' | 'no difference can be claimed';

/** Why no difference can be claimed. */
export type NoClaim =
  /** With fewer than two seeds the spread over seeds is unknown. */
  | 'one seed'
  /** The seeds give exactly equal results. */
  | 'identical results'
  /** The adjusted p-value is above 1 - confidence. */
  | 'not significant'
  /** A difference would be claimed, but the worse side had not converged. */
  | 'not converged';

/** How many seeds would show a difference of the observed size: a number, or more than one can expect to run. */
export type SeedsNeeded = { kind: 'seeds'; seeds: number } | { kind: 'more than'; seeds: number };

/** Result of one comparison. `null` where too few seeds or their lack of spread leave a figure undefined. */
export interface PairedResult {
  label: string;
  seeds: number;
  /** Mean of technique minus reference, in the metric's unit. */
  meanDifference: number;
  standardError: number | null;
  /**
   * Paired t interval at the level at which Holm's procedure decided on this comparison (`intervalConfidence`, at
   * least `confidence`): it excludes zero exactly when the p-value calls for a claim.
   */
  interval: Interval | null;
  intervalConfidence: number;
  /** Paired t interval of this comparison alone, at `confidence`, without regard to the others. */
  singleInterval: Interval | null;
  /**
   * BCa bootstrap interval of this comparison alone, from 10 seeds on: shows skewness that the t interval cannot.
   * It decides nothing; see docs/decisions/0002.
   */
  bcaInterval: Interval | null;
  /** Two-sided p-value of this comparison alone; null with fewer than two seeds. */
  p: number | null;
  /** 'paired t', or 'sign flip' where all differences are equal, so that t has no spread to divide by. */
  test: 'paired t' | 'sign flip' | 'none';
  /** Holm's adjusted p-value over the family. */
  adjustedP: number | null;
  /** Mean over standard deviation of the differences (Cohen's d_z). */
  effectSize: number | null;
  verdict: PairedVerdict;
  /** Why the verdict is 'no difference can be claimed'; null where a difference is claimed. */
  noClaim: NoClaim | null;
  /** Seeds for the observed effect at the chosen power, at the smallest level that Holm may test at; null where the effect is unknown. */
  seedsNeeded: SeedsNeeded | null;
}

/** Results of a family of comparisons, in the order given. */
export interface PairedFamily {
  confidence: number;
  /** Size of the family: every stated comparison counts, testable or not. */
  size: number;
  results: PairedResult[];
}

/** The number of seeds from which a BCa interval is shown. */
const BCA_FROM = 10;

/**
 * Judges a family of stated comparisons over common seeds: a paired t test each (Student 1908), Holm's (1979)
 * adjustment over the family, so that the probability of any false claim is at most 1 - confidence.
 *
 * Where the differences are all equal the t statistic does not exist; the exact sign-flip p-value 2^(1 - n) is used
 * instead, which a metric with few levels cannot fool. A comparison with one seed counts in the family but claims
 * nothing. The level holds for differences that are symmetric about zero when there is no difference, which follows
 * where both sides vary alike; how far it holds beyond that, and why BCa intervals do not decide, is simulated in
 * docs/decisions/0002-how-differences-are-claimed.md.
 *
 * Fails with `not-finite` on NaN or infinite differences, `bad-data` on a comparison without seeds or a label that
 * occurs twice, `invalid-value` on options out of range.
 */
export function comparePaired(
  comparisons: readonly PairedComparison[],
  { direction, confidence = 0.95, power = 0.8, mostSeeds = 1000, stream, resamples = 2000 }: CompareOptions,
): PairedFamily {
  requireOpenUnit(confidence, 'confidence');
  requireOpenUnit(power, 'power');
  requireComparisons(comparisons);
  const alpha = 1 - confidence;
  const size = comparisons.length;
  const tests = comparisons.map(({ differences }) => testOne(differences));
  const adjusted = adjustPValues(
    tests.map((test) => test.p ?? 1),
    'holm',
  );
  const levels = holmLevels(adjusted, tests, alpha);
  const critical = criticalValues();
  const results = comparisons.map(({ label, differences, unconverged }, i): PairedResult => {
    const test = tests[i]!;
    const seeds = differences.length;
    const around = (level: number): Interval | null => {
      if (test.test !== 'paired t') return null;
      const half = critical(level, seeds - 1) * test.standardError!;
      return { low: test.mean - half, high: test.mean + half };
    };
    const { verdict, noClaim } = judge(test, adjusted[i]! <= alpha, direction, unconverged);
    return {
      label,
      seeds,
      meanDifference: test.mean,
      standardError: test.standardError,
      interval: around(levels[i]!),
      intervalConfidence: 1 - levels[i]!,
      singleInterval: around(alpha),
      bcaInterval:
        stream !== undefined && test.test === 'paired t' && seeds >= BCA_FROM
          ? bca(differences, confidence, resamples, stream.child(label))
          : null,
      p: test.p,
      test: test.test,
      adjustedP: test.p === null ? null : adjusted[i]!,
      effectSize: test.effectSize,
      verdict,
      noClaim,
      seedsNeeded: mostSeeds === 0 ? null : seedsNeeded(test, alpha / size, power, mostSeeds),
    };
  });
  return { confidence, size, results };
}

/** The test of one comparison before the family is looked at. */
interface SingleTest {
  mean: number;
  standardError: number | null;
  effectSize: number | null;
  test: PairedResult['test'];
  p: number | null;
}

function testOne(differences: ArrayLike<number>): SingleTest {
  const n = differences.length;
  const center = mean(differences);
  if (n < 2) return { mean: center, standardError: null, effectSize: null, test: 'none', p: null };
  // Scaled, so that the squares of very large or small differences neither overflow nor vanish.
  const scale = largest(differences) || 1;
  const spread = scale * Math.sqrt(variance(Float64Array.from(differences, (d) => d / scale)));
  // A spread below a billionth of the mean is rounding of the metric, not variation over seeds.
  if (spread <= 1e-9 * Math.abs(center)) {
    const p = center === 0 ? 1 : 2 ** (1 - n);
    return { mean: center, standardError: 0, effectSize: null, test: 'sign flip', p };
  }
  const standardError = spread / Math.sqrt(n);
  const p = tTwoSided(center / standardError, n - 1);
  return { mean: center, standardError, effectSize: center / spread, test: 'paired t', p };
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

/**
 * The level at which Holm's procedure decided on each hypothesis: alpha / (m - i + 1) for the i-th smallest p-value as
 * long as hypotheses are rejected, and the level of the first that was not for all that remain.
 */
function holmLevels(adjusted: Float64Array, tests: readonly SingleTest[], alpha: number): Float64Array {
  const p = tests.map((test) => test.p ?? 1);
  const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!);
  const levels = new Float64Array(p.length);
  let step = 0;
  for (const i of order) {
    levels[i] = alpha / (p.length - step);
    if (adjusted[i]! <= alpha) step++;
  }
  return levels;
}

function judge(
  test: SingleTest,
  significant: boolean,
  direction: 'lower' | 'higher',
  unconverged: PairedComparison['unconverged'],
): { verdict: PairedVerdict; noClaim: NoClaim | null } {
  const nothing = (noClaim: NoClaim) => ({ verdict: 'no difference can be claimed' as const, noClaim });
  if (test.p === null) return nothing('one seed');
  if (test.test === 'sign flip' && test.mean === 0) return nothing('identical results');
  if (!significant) return nothing('not significant');
  const better = direction === 'lower' ? test.mean < 0 : test.mean > 0;
  const loser = better ? 'reference' : 'technique';
  if (unconverged === 'both' || unconverged === loser) return nothing('not converged');
  return { verdict: better ? 'better' : 'worse', noClaim: null };
}

function seedsNeeded(test: SingleTest, level: number, power: number, most: number): SeedsNeeded | null {
  if (test.p === null) return null;
  const unreached = { kind: 'more than', seeds: most } as const;
  if (test.test === 'sign flip') {
    // Equal differences stay equal; 2^(1 - n) then has to reach the level.
    const seeds = Math.ceil(1 - Math.log2(level));
    return test.mean === 0 || seeds > most ? unreached : { kind: 'seeds', seeds };
  }
  const seeds = pairsNeeded(test.effectSize!, level, power, most);
  return seeds === null ? unreached : { kind: 'seeds', seeds };
}

function bca(
  differences: ArrayLike<number>,
  confidence: number,
  count: number,
  stream: Stream,
): Interval | null {
  const size = differences.length;
  const statistic = (rows: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < rows.length; i++) sum += differences[rows[i]!]!;
    return sum / rows.length;
  };
  return bootstrap({ size, statistic, resamples: resampleIndices(size, count, stream), confidence }).bca;
}

/** Critical t values, kept because a family asks for few different ones. */
function criticalValues(): (level: number, df: number) => number {
  const known = new Map<string, number>();
  return (level, df) => {
    const key = `${level}/${df}`;
    const value = known.get(key) ?? tCritical(level, df);
    known.set(key, value);
    return value;
  };
}

function requireComparisons(comparisons: readonly PairedComparison[]): void {
  const labels = new Set<string>();
  for (const { label, differences } of comparisons) {
    if (labels.has(label)) {
      throw new GraftError('bad-data', { what: 'comparisons', problem: `'${label}' occurs twice` });
    }
    labels.add(label);
    if (differences.length === 0) {
      throw new GraftError('bad-data', { what: 'comparison', problem: 'it has no seeds', where: label });
    }
    requireFinite(differences, 'paired difference', label);
  }
}
