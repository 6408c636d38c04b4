/** What a test holds against 'no difference': any difference, or one in a stated direction (of the first sample). */
export type Alternative = 'two-sided' | 'greater' | 'less';

/** A test statistic with its p-value. */
export interface TestResult {
  statistic: number;
  p: number;
}

/** An interval of values, ends included. */
export interface Interval {
  low: number;
  high: number;
}

/** The p-value of a symmetric statistic from its survival function. */
export function symmetricP(z: number, survival: (z: number) => number, alternative: Alternative): number {
  if (alternative === 'greater') return survival(z);
  if (alternative === 'less') return survival(-z);
  return Math.min(1, 2 * survival(Math.abs(z)));
}
