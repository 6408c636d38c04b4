import { GraftError } from '../errors.ts';
import { findRoot } from './find-root.ts';
import { noncentralTCdf } from './noncentral-t.ts';
import { requireOpenUnit } from './require-finite.ts';
import { tCritical } from './student-t.ts';

/**
 * Power of the two-sided paired (one-sample) t test at level `alpha`: the probability of p <= alpha with `pairs` >= 2
 * pairs when the true standardised mean difference is `effect` (mean over standard deviation of the differences) and
 * the differences are normal. Cohen 1988, chapter 2; noncentral t with delta = effect sqrt(n).
 */
export function pairedTPower(effect: number, pairs: number, alpha: number): number {
  requireOpenUnit(alpha, 'alpha');
  if (!(Number.isInteger(pairs) && pairs >= 2)) {
    throw new GraftError('invalid-value', {
      what: 'number of pairs',
      received: pairs,
      allowed: 'integers from 2',
    });
  }
  const df = pairs - 1;
  const critical = tCritical(alpha, df);
  const delta = Math.abs(effect) * Math.sqrt(pairs);
  // P(T > c) is P(T' < -c) with the sign of delta turned.
  return Math.min(1, noncentralTCdf(-critical, df, -delta) + noncentralTCdf(-critical, df, delta));
}

/**
 * The smallest number of pairs with which the two-sided paired t test at level `alpha` finds a standardised mean
 * difference of `effect` with probability `power`; null where more than `most` would be needed.
 */
export function pairsNeeded(effect: number, alpha: number, power = 0.8, most = 1000): number | null {
  requireOpenUnit(power, 'power');
  if (pairedTPower(effect, most, alpha) < power) return null;
  // Power grows with the number of pairs, so bisection finds the first number that suffices.
  let low = 1;
  let high = most;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (pairedTPower(effect, middle, alpha) >= power) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest standardised mean difference that `pairs` pairs find with probability `power` at level `alpha`. */
export function detectableEffect(pairs: number, alpha: number, power = 0.8): number {
  requireOpenUnit(power, 'power');
  const f = (effect: number) => pairedTPower(effect, pairs, alpha) - power;
  if (f(0) >= 0) return 0;
  let high = 1;
  while (f(high) < 0) high *= 2;
  return findRoot(f, 0, high);
}
