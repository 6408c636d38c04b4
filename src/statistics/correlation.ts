import { normalSurvival } from './normal.ts';
import { rank } from './ranks.ts';
import { requirePairs } from './require-finite.ts';
import { tTwoSided } from './student-t.ts';
import { mean } from './summarize.ts';

/** A correlation with the two-sided p-value of 'no association'; null where a sample is constant. */
export interface Correlation {
  value: number | null;
  p: number | null;
}

const UNDEFINED: Correlation = { value: null, p: null };

/** Pearson's product-moment correlation, n >= 2; p by Student's t with n - 2 degrees of freedom. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  requirePairs(x, y, 2, 'samples of a correlation');
  const n = x.length;
  const mx = mean(x);
  const my = mean(y);
  let sxx = 0;
  let syy = 0;
  let sxy = 0;
  for (let i = 0; i < n; i++) {
    const dx = x[i]! - mx;
    const dy = y[i]! - my;
    sxx += dx * dx;
    syy += dy * dy;
    sxy += dx * dy;
  }
  if (!(sxx > 0 && syy > 0)) return UNDEFINED;
  const value = Math.min(1, Math.max(-1, sxy / (Math.sqrt(sxx) * Math.sqrt(syy))));
  if (n === 2) return { value, p: 1 };
  // A correlation within rounding of +-1 is +-1.
  const rest = 1 - Math.abs(value) < 4e-16 * n ? 0 : (1 - value) * (1 + value);
  return { value, p: tTwoSided(value * Math.sqrt((n - 2) / rest), n - 2) };
}

/** Spearman's rank correlation (ties averaged), n >= 2; p by Student's t with n - 2 degrees of freedom. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  requirePairs(x, y, 2, 'samples of a correlation');
  return pearson(rank(x).ranks, rank(y).ranks);
}

/**
 * Kendall's rank correlation, n >= 2: variant 'b' corrects for ties, 'c' (Stuart 1953) for tables that are not square.
 * p: 'exact' by counting permutations by their inversions (no ties), 'asymptotic' by the normal approximation with
 * tie-corrected variance (Kendall 1970); 'auto' is exact without ties up to n = 33 or where at most one pair is out of
 * order.
 */
export function kendall(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  variant: 'b' | 'c' = 'b',
  mode: 'auto' | 'exact' | 'asymptotic' = 'auto',
): Correlation {
  requirePairs(x, y, 2, 'samples of a correlation');
  const n = x.length;
  const { concordant, discordant } = countPairs(x, y);
  const excess = concordant - discordant;
  const pairs = (n * (n - 1)) / 2;
  const tx = tieSums(rank(x).groups);
  const ty = tieSums(rank(y).groups);
  if (tx.pairs === pairs || ty.pairs === pairs) return UNDEFINED;
  let value: number;
  if (variant === 'b') value = excess / Math.sqrt(pairs - tx.pairs) / Math.sqrt(pairs - ty.pairs);
  else {
    const classes = Math.min(rank(x).groups.length, rank(y).groups.length);
    value = (2 * excess) / ((n * n * (classes - 1)) / classes);
  }
  const untied = tx.pairs === 0 && ty.pairs === 0;
  const fewer = Math.min(discordant, pairs - discordant);
  if (mode === 'exact' || (mode === 'auto' && untied && (n <= 33 || fewer <= 1))) {
    return { value, p: exactKendallP(n, fewer) };
  }
  const m = n * (n - 1);
  const spread =
    (m * (2 * n + 5) - tx.linear - ty.linear) / 18 +
    (2 * tx.pairs * ty.pairs) / m +
    (n > 2 ? (tx.cubic * ty.cubic) / (9 * m * (n - 2)) : 0);
  return { value, p: Math.min(1, 2 * normalSurvival(Math.abs(excess) / Math.sqrt(spread))) };
}

/** Somers' D of `y` given `x` (Somers 1962): concordant minus discordant pairs over the pairs not tied in `x`. */
export function somersD(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  requirePairs(x, y, 2, 'samples of a correlation');
  const { concordant, discordant } = countPairs(x, y);
  const usable = (x.length * (x.length - 1)) / 2 - tieSums(rank(x).groups).pairs;
  return usable === 0 ? null : (concordant - discordant) / usable;
}

/**
 * Weighted Kendall tau (Vigna 2015) with additive hyperbolic weights 1 / (1 + rank), which counts agreement at the top
 * (large values) most. Ranks come from the decreasing order by x (ties by y) and by y (ties by x), averaged; with
 * `byIndex` the position in the arrays is the rank. Null where a sample is constant.
 */
export function weightedKendall(x: ArrayLike<number>, y: ArrayLike<number>, byIndex = false): number | null {
  requirePairs(x, y, 2, 'samples of a correlation');
  const n = x.length;
  if (byIndex)
    return weightedTau(
      x,
      y,
      Int32Array.from({ length: n }, (_, i) => i),
    );
  const a = weightedTau(x, y, decreasingRanks(x, y));
  const b = weightedTau(x, y, decreasingRanks(y, x));
  return a === null || b === null ? null : (a + b) / 2;
}

function weightedTau(x: ArrayLike<number>, y: ArrayLike<number>, position: Int32Array): number | null {
  let agreement = 0;
  let totalX = 0;
  let totalY = 0;
  for (let i = 1; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const weight = 1 / (1 + position[i]!) + 1 / (1 + position[j]!);
      const sx = Math.sign(x[i]! - x[j]!);
      const sy = Math.sign(y[i]! - y[j]!);
      agreement += weight * sx * sy;
      totalX += weight * Math.abs(sx);
      totalY += weight * Math.abs(sy);
    }
  }
  if (totalX === 0 || totalY === 0) return null;
  return agreement / Math.sqrt(totalX) / Math.sqrt(totalY);
}

function decreasingRanks(first: ArrayLike<number>, second: ArrayLike<number>): Int32Array {
  const order = Array.from({ length: first.length }, (_, i) => i).sort(
    // Among full ties the later item comes first.
    (a, b) => first[b]! - first[a]! || second[b]! - second[a]! || b - a,
  );
  const position = new Int32Array(first.length);
  order.forEach((item, i) => {
    position[item] = i;
  });
  return position;
}

function countPairs(x: ArrayLike<number>, y: ArrayLike<number>) {
  let concordant = 0;
  let discordant = 0;
  for (let i = 1; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const sign = Math.sign(x[i]! - x[j]!) * Math.sign(y[i]! - y[j]!);
      if (sign > 0) concordant++;
      else if (sign < 0) discordant++;
    }
  }
  return { concordant, discordant };
}

function tieSums(groups: readonly number[]) {
  let pairs = 0;
  let cubic = 0;
  let linear = 0;
  for (const t of groups) {
    pairs += (t * (t - 1)) / 2;
    cubic += t * (t - 1) * (t - 2);
    linear += t * (t - 1) * (2 * t + 5);
  }
  return { pairs, cubic, linear };
}

/** Twice the share of permutations of n with at most `inversions` inversions (Mahonian numbers), at most 1. */
function exactKendallP(n: number, inversions: number): number {
  let shares = new Float64Array(inversions + 1);
  shares[0] = 1;
  for (let size = 2; size <= n; size++) {
    const next = new Float64Array(inversions + 1);
    for (let k = 0; k <= inversions; k++) {
      for (let move = 0; move < size && move <= k; move++) next[k]! += shares[k - move]! / size;
    }
    shares = next;
  }
  return Math.min(1, 2 * shares.reduce((sum, share) => sum + share, 0));
}
