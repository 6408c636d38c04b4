import type { Alternative, TestResult } from './alternative.ts';
import { symmetricP } from './alternative.ts';
import { normalSurvival } from './normal.ts';
import { rank, tieTerm } from './ranks.ts';
import { requireSample } from './require-finite.ts';

/** Options of the signed-rank test. */
export interface WilcoxonOptions {
  /** Default 'two-sided'. */
  alternative?: Alternative;
  /** 'auto' (default): exact up to 50 values without ties or zeros, else the normal approximation. */
  mode?: 'auto' | 'exact' | 'approx';
  /**
   * What becomes of differences that are zero: dropped ('wilcox', default), ranked and then dropped ('pratt',
   * Pratt 1959), or ranked and split between the signs ('zsplit').
   */
  zeros?: 'wilcox' | 'pratt' | 'zsplit';
  /** Continuity correction of the normal approximation; default false. */
  correction?: boolean;
}

/**
 * Wilcoxon signed-rank test (Wilcoxon 1945) that the differences are symmetric about zero. The statistic is the
 * smaller of the two rank sums for 'two-sided', else the sum of the positive ranks.
 *
 * The exact mode enumerates the signs of the non-zero differences given their (mid-)ranks, so it is exact with ties
 * too; without ties or zeros it equals the published tables.
 */
export function wilcoxonSignedRank(
  differences: ArrayLike<number>,
  { alternative = 'two-sided', mode = 'auto', zeros = 'wilcox', correction = false }: WilcoxonOptions = {},
): TestResult {
  requireSample(differences, 1, 'differences of the signed-rank test');
  const all = Array.from(differences);
  const kept = zeros === 'wilcox' ? all.filter((d) => d !== 0) : all;
  const zeroCount = kept.filter((d) => d === 0).length;
  // Nothing but zeros says nothing against symmetry.
  if (kept.length === zeroCount) return { statistic: 0, p: 1 };
  const { ranks } = rank(kept.map(Math.abs));
  let positive = 0;
  let negative = 0;
  let atZero = 0;
  kept.forEach((d, i) => {
    if (d > 0) positive += ranks[i]!;
    else if (d < 0) negative += ranks[i]!;
    else atZero += ranks[i]!;
  });
  const nonZeroRanks = ranks.filter((_, i) => kept[i] !== 0);
  const { groups } = rank(zeros === 'zsplit' ? ranks : nonZeroRanks);
  const tied = groups.some((size) => size > 1);
  const exact =
    mode === 'exact' || (mode === 'auto' && !tied && all.every((d) => d !== 0) && kept.length <= 50);
  if (zeros === 'zsplit') {
    positive += atZero / 2;
    negative += atZero / 2;
  }
  const statistic = alternative === 'two-sided' ? Math.min(positive, negative) : positive;
  if (exact) {
    const shift = zeros === 'zsplit' ? atZero / 2 : 0;
    return { statistic, p: exactP(nonZeroRanks, positive - shift, alternative) };
  }
  const n = kept.length;
  let center = (n * (n + 1)) / 4;
  let spread = n * (n + 1) * (2 * n + 1);
  if (zeros === 'pratt') {
    center -= (zeroCount * (zeroCount + 1)) / 4;
    spread -= zeroCount * (zeroCount + 1) * (2 * zeroCount + 1);
  }
  spread -= tieTerm(groups) / 2;
  let shift = 0;
  if (correction) {
    if (alternative === 'two-sided') shift = 0.5 * Math.sign(statistic - center);
    else shift = alternative === 'greater' ? 0.5 : -0.5;
  }
  const z = (statistic - center - shift) / Math.sqrt(spread / 24);
  return { statistic, p: symmetricP(z, normalSurvival, alternative) };
}

/** Share of the 2^n sign patterns whose sum of positive ranks is as extreme as `positive`. */
function exactP(ranks: ArrayLike<number>, positive: number, alternative: Alternative): number {
  // Doubled, so that mid-ranks are integers.
  const doubled = Array.from(ranks, (r) => Math.round(2 * r));
  const total = doubled.reduce((a, b) => a + b, 0);
  let shares = new Float64Array(total + 1);
  shares[0] = 1;
  for (const r of doubled) {
    const next = new Float64Array(total + 1);
    for (let s = 0; s <= total; s++) {
      const share = shares[s]! / 2;
      if (share === 0) continue;
      next[s]! += share;
      next[s + r]! += share;
    }
    shares = next;
  }
  const at = Math.round(2 * positive);
  let atMost = 0;
  let atLeast = 0;
  for (let s = 0; s <= total; s++) {
    if (s <= at) atMost += shares[s]!;
    if (s >= at) atLeast += shares[s]!;
  }
  if (alternative === 'greater') return Math.min(1, atLeast);
  if (alternative === 'less') return Math.min(1, atMost);
  return Math.min(1, 2 * Math.min(atMost, atLeast));
}
