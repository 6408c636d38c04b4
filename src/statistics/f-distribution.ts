import { invertTail } from './find-root.ts';
import { incompleteBeta } from './special-functions.ts';

/** P(F <= x) of the F distribution with `df1`, `df2` > 0 degrees of freedom. */
export function fCdf(x: number, df1: number, df2: number): number {
  return tails(x, df1, df2).lower;
}

/** P(F > x) of the F distribution with `df1`, `df2` > 0 degrees of freedom. */
export function fSurvival(x: number, df1: number, df2: number): number {
  return tails(x, df1, df2).upper;
}

/** The quantile x with P(F <= x) = p. */
export function fQuantile(p: number, df1: number, df2: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? 0 : Infinity;
  if (p > 0.5) return invertTail((x) => fSurvival(x, df1, df2), 1 - p, 1);
  // 1 / F has the degrees of freedom exchanged.
  return 1 / invertTail((u) => fSurvival(u, df2, df1), p, 1);
}

function tails(x: number, df1: number, df2: number) {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (x === Infinity) return { lower: 1, upper: 0 };
  const scaled = df1 * x;
  return incompleteBeta(df1 / 2, df2 / 2, scaled / (scaled + df2), df2 / (scaled + df2));
}
