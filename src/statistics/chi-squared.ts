import { invertTail } from './find-root.ts';
import { incompleteGamma } from './special-functions.ts';

/** P(X <= x) of the chi-squared distribution with `df` > 0 degrees of freedom. */
export function chiSquaredCdf(x: number, df: number): number {
  return incompleteGamma(df / 2, x / 2).lower;
}

/** P(X > x) of the chi-squared distribution with `df` > 0 degrees of freedom. */
export function chiSquaredSurvival(x: number, df: number): number {
  return incompleteGamma(df / 2, x / 2).upper;
}

/** The quantile x with P(X <= x) = p. */
export function chiSquaredQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? 0 : Infinity;
  if (p > 0.5) return invertTail((x) => chiSquaredSurvival(x, df), 1 - p, df);
  // The lower tail grows with x; in 1 / x it falls.
  return 1 / invertTail((u) => chiSquaredCdf(1 / u, df), p, 1 / df);
}
