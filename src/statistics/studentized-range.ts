import { GraftError } from '../errors.ts';
import { chiScaleBreaks, chiScaleDensity } from './chi-scale.ts';
import { findRoot } from './find-root.ts';
import { evenBreaks, integrate } from './gauss-legendre.ts';
import { normalCdf, normalDensity } from './normal.ts';
import { requireOpenUnit } from './require-finite.ts';

/**
 * P(Q > q) for the studentised range of `groups` >= 2 normal means with `df` degrees of freedom (Infinity allowed).
 * Range integral: Hartley 1942, 'The range in random samples'; averaged over the standard deviation's distribution
 * for finite `df`. Absolute error below 1e-10.
 */
export function studentizedRangeSurvival(q: number, groups: number, df: number): number {
  if (!(Number.isInteger(groups) && groups >= 2)) {
    throw new GraftError('invalid-value', {
      what: 'number of groups',
      received: groups,
      allowed: 'integers from 2',
    });
  }
  if (!(df >= 1)) {
    throw new GraftError('invalid-value', {
      what: 'degrees of freedom',
      received: df,
      allowed: 'numbers from 1',
    });
  }
  if (q <= 0) return 1;
  if (df === Infinity) return rangeSurvival(q, groups);
  const value = integrate(
    (s) => rangeSurvival(q * s, groups) * chiScaleDensity(s, df),
    chiScaleBreaks(df, 8),
  );
  return Math.min(1, Math.max(0, value));
}

/** The quantile q with P(Q <= q) = p of the studentised range of `groups` means with `df` degrees of freedom. */
export function studentizedRangeQuantile(p: number, groups: number, df: number): number {
  requireOpenUnit(p, 'probability');
  const f = (q: number) => studentizedRangeSurvival(q, groups, df) - (1 - p);
  let high = 4;
  while (f(high) > 0) high *= 2;
  return findRoot(f, 0, high);
}

/** P(range of `groups` standard normal numbers > w) = 1 - k * integral of phi(z) [Phi(z) - Phi(z - w)]^(k - 1). */
function rangeSurvival(w: number, groups: number): number {
  if (w <= 0) return 1;
  const power = groups - 1;
  const integrand = (z: number) => {
    const below = normalCdf(z);
    // 1 - (..)^power weighed by Phi^power, so that the small tail is summed and not subtracted.
    const ratio = normalCdf(z - w) / below;
    return -normalDensity(z) * below ** power * Math.expm1(power * Math.log1p(-ratio));
  };
  return Math.min(1, groups * integrate(integrand, evenBreaks(-8.5, 8.5, 10)));
}
