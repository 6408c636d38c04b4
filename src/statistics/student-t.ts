import { invertTail } from './find-root.ts';
import { normalQuantile } from './normal.ts';
import { incompleteBeta } from './special-functions.ts';

/** P(|T| > |t|) for Student's t with `df` > 0 degrees of freedom: the two-sided p-value. */
export function tTwoSided(t: number, df: number): number {
  if (Math.abs(t) === Infinity) return 0;
  const square = t * t;
  if (square === Infinity) return 0;
  return incompleteBeta(df / 2, 0.5, df / (df + square), square / (df + square)).lower;
}

/** P(T <= t) for Student's t with `df` > 0 degrees of freedom. */
export function tCdf(t: number, df: number): number {
  const outside = tTwoSided(t, df) / 2;
  return t < 0 ? outside : 1 - outside;
}

/** P(T > t) for Student's t with `df` > 0 degrees of freedom. */
export function tSurvival(t: number, df: number): number {
  return tCdf(-t, df);
}

/** The quantile t with P(T <= t) = p; -Infinity and Infinity at 0 and 1. */
export function tQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0.5) return 0;
  return p < 0.5 ? -tCritical(2 * p, df) : tCritical(2 * (1 - p), df);
}

/** The critical value t >= 0 with P(|T| > t) = alpha, for `df` > 0 degrees of freedom. */
export function tCritical(alpha: number, df: number): number {
  if (alpha <= 0) return Infinity;
  if (alpha >= 1) return 0;
  // One and two degrees of freedom have closed forms.
  if (df === 1) return 1 / Math.tan((Math.PI * alpha) / 2);
  if (df === 2) return (1 - alpha) * Math.sqrt(2 / (alpha * (2 - alpha)));
  return invertTail((t) => tTwoSided(t, df), alpha, Math.max(1e-3, -normalQuantile(alpha / 2)));
}
