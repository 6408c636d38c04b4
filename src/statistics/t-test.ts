import { type Alternative, type Interval, symmetricP, type TestResult } from './alternative.ts';
import { requireOpenUnit, requirePairs, requireSample } from './require-finite.ts';
import { tCritical, tSurvival } from './student-t.ts';
import { differences, mean, variance } from './summarize.ts';

/** Options of the t tests. */
export interface TTestOptions {
  /** Default 'two-sided'. */
  alternative?: Alternative;
  /** Confidence of the two-sided interval; default 0.95. */
  confidence?: number;
}

/** Result of a t test, with the two-sided interval of the mean (or of the difference of means). */
export interface TTestResult extends TestResult {
  df: number;
  estimate: number;
  standardError: number;
  interval: Interval;
}

/**
 * One-sample t test of mean(`values`) = `expected` (Student 1908), n >= 2. Where all values are equal the statistic is
 * infinite (p = 0), or 0 (p = 1) where they equal `expected`.
 */
export function oneSampleTTest(
  values: ArrayLike<number>,
  expected = 0,
  options: TTestOptions = {},
): TTestResult {
  requireSample(values, 2, 'sample of a t test');
  const n = values.length;
  return tTest(mean(values), expected, Math.sqrt(variance(values) / n), n - 1, options);
}

/** Paired t test: the one-sample test of the differences x - y against 0. */
export function pairedTTest(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: TTestOptions = {},
): TTestResult {
  requirePairs(x, y, 2, 'samples of a paired t test');
  return oneSampleTTest(differences(x, y), 0, options);
}

/** Two-sample t test without the assumption of equal variances (Welch 1947), each sample n >= 2. */
export function welchTTest(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: TTestOptions = {},
): TTestResult {
  requireSample(x, 2, 'first sample of a t test');
  requireSample(y, 2, 'second sample of a t test');
  const vx = variance(x) / x.length;
  const vy = variance(y) / y.length;
  const total = vx + vy;
  const df =
    total === 0
      ? x.length + y.length - 2
      : total ** 2 / (vx ** 2 / (x.length - 1) + vy ** 2 / (y.length - 1));
  return tTest(mean(x) - mean(y), 0, Math.sqrt(total), df, options);
}

function tTest(
  estimate: number,
  expected: number,
  standardError: number,
  df: number,
  { alternative = 'two-sided', confidence = 0.95 }: TTestOptions,
): TTestResult {
  requireOpenUnit(confidence, 'confidence');
  const excess = estimate - expected;
  const statistic = excess === 0 ? 0 : excess / standardError;
  const half = tCritical(1 - confidence, df) * standardError;
  return {
    statistic,
    p: symmetricP(statistic, (t) => tSurvival(t, df), alternative),
    df,
    estimate,
    standardError,
    interval: { low: estimate - half, high: estimate + half },
  };
}
