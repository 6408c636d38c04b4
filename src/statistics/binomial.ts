import { GraftError } from '../errors.ts';
import type { Interval } from './alternative.ts';
import { findRoot } from './find-root.ts';
import { normalQuantile } from './normal.ts';
import { requireOpenUnit } from './require-finite.ts';
import { incompleteBeta, logGamma } from './special-functions.ts';

/** Exact two-sided test of a share: sums the outcomes that are no likelier than the observed one. */
export function binomialTest(successes: number, n: number, share = 0.5): number {
  requireCounts(successes, n);
  requireOpenUnit(share, 'share');
  const probability = (k: number) =>
    Math.exp(
      logGamma(n + 1) -
        logGamma(k + 1) -
        logGamma(n - k + 1) +
        k * Math.log(share) +
        (n - k) * Math.log1p(-share),
    );
  // Outcomes that are equally likely but for rounding count as equal.
  const observed = probability(successes) * (1 + 1e-7);
  let p = 0;
  for (let k = 0; k <= n; k++) {
    const value = probability(k);
    if (value <= observed) p += value;
  }
  return Math.min(1, p);
}

/** Wilson's (1927) score interval of a share, without continuity correction. */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): Interval {
  requireCounts(successes, n);
  requireOpenUnit(confidence, 'confidence');
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / n;
  const center = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, center - half), high: Math.min(1, center + half) };
}

/** Clopper and Pearson's (1934) exact interval of a share. */
export function clopperPearsonInterval(successes: number, n: number, confidence = 0.95): Interval {
  requireCounts(successes, n);
  requireOpenUnit(confidence, 'confidence');
  const tail = (1 - confidence) / 2;
  return {
    low:
      successes === 0
        ? 0
        : findRoot((x) => incompleteBeta(successes, n - successes + 1, x).lower - tail, 0, 1),
    high:
      successes === n
        ? 1
        : findRoot((x) => incompleteBeta(successes + 1, n - successes, x).upper - tail, 0, 1),
  };
}

function requireCounts(successes: number, n: number): void {
  if (!(Number.isInteger(n) && n >= 1 && Number.isInteger(successes) && successes >= 0 && successes <= n)) {
    throw new GraftError('invalid-value', {
      what: 'number of successes',
      received: successes,
      allowed: `whole numbers from 0 to the number of trials (${n})`,
    });
  }
}
