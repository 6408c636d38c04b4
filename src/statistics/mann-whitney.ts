import type { Alternative, TestResult } from './alternative.ts';
import { symmetricP } from './alternative.ts';
import { normalSurvival } from './normal.ts';
import { rank, tieTerm } from './ranks.ts';
import { requireSample } from './require-finite.ts';

/** Options of the rank-sum test. */
export interface MannWhitneyOptions {
  /** Default 'two-sided'. 'greater': the first sample tends to be larger. */
  alternative?: Alternative;
  /** 'auto' (default): exact where a sample has at most 8 values and there are no ties. */
  mode?: 'auto' | 'exact' | 'asymptotic';
  /** Continuity correction of the normal approximation; default true. */
  correction?: boolean;
}

/**
 * Mann-Whitney U test (Mann and Whitney 1947) of two independent samples. The statistic is U of `x`: the number of
 * pairs with x > y, ties counted half. The exact mode assumes that there are no ties (`unsupported` otherwise).
 */
export function mannWhitney(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { alternative = 'two-sided', mode = 'auto', correction = true }: MannWhitneyOptions = {},
): TestResult {
  requireSample(x, 1, 'first sample of the rank-sum test');
  requireSample(y, 1, 'second sample of the rank-sum test');
  const n = x.length;
  const m = y.length;
  const { ranks, groups } = rank([...Array.from(x), ...Array.from(y)]);
  let rankSum = 0;
  for (let i = 0; i < n; i++) rankSum += ranks[i]!;
  const statistic = rankSum - (n * (n + 1)) / 2;
  const tied = groups.some((size) => size > 1);
  const extreme =
    alternative === 'greater'
      ? statistic
      : alternative === 'less'
        ? n * m - statistic
        : Math.max(statistic, n * m - statistic);
  const sides = alternative === 'two-sided' ? 2 : 1;
  if (mode === 'exact' || (mode === 'auto' && !tied && Math.min(n, m) <= 8)) {
    const shares = uDistribution(n, m);
    let tail = 0;
    // With ties U can be a half; the next whole value is then the smallest as extreme.
    for (let u = Math.ceil(extreme); u <= n * m; u++) tail += shares[u]!;
    return { statistic, p: Math.min(1, sides * tail) };
  }
  const total = n + m;
  const spread = Math.sqrt(((n * m) / 12) * (total + 1 - tieTerm(groups) / (total * (total - 1))));
  const numerator = extreme - (n * m) / 2 - (correction ? 0.5 : 0);
  if (spread === 0) return { statistic, p: 1 };
  return { statistic, p: Math.min(1, sides * symmetricP(numerator / spread, normalSurvival, 'greater')) };
}

/** P(U = u) for u = 0 .. n m without ties, by counting partitions (Mann and Whitney 1947, recurrence 1). */
function uDistribution(n: number, m: number): Float64Array {
  const size = n * m + 1;
  // Gaussian binomial coefficient: product over i of (1 - q^(m + i)) / (1 - q^i), scaled to sum to 1 as it grows.
  let shares = new Float64Array(size);
  shares[0] = 1;
  for (let i = 1; i <= n; i++) {
    const next = Float64Array.from(shares);
    for (let u = size - 1; u >= m + i; u--) next[u]! -= shares[u - m - i]!;
    for (let u = i; u < size; u++) next[u]! += next[u - i]!;
    const sum = (m + i) / i;
    for (let u = 0; u < size; u++) next[u]! /= sum;
    shares = next;
  }
  return shares;
}
