import { friedman } from './friedman.ts';
import { studentizedRangeQuantile, studentizedRangeSurvival } from './studentized-range.ts';

/** Post-hoc comparison of all methods, as drawn in a critical-difference diagram. */
export interface NemenyiResult {
  /** Mean rank of each method over the blocks; 1 is the best. */
  averageRanks: number[];
  /** Average ranks that differ by more than this differ significantly. */
  criticalDifference: number;
  /** [methods, methods]: p-value of each pair, 1 on the diagonal. */
  p: number[][];
  /** Largest sets of methods (indices, best first) within which no pair differs: the bars of the diagram. */
  groups: number[][];
}

/**
 * Nemenyi's test (1963) after Friedman's: all pairs of methods over independent blocks, family-wise level `alpha`.
 * `scores` is [blocks, methods]; Demsar 2006, section 3.2.2.
 */
export function nemenyi(
  scores: readonly ArrayLike<number>[],
  direction: 'lower' | 'higher',
  alpha = 0.05,
): NemenyiResult {
  const { averageRanks } = friedman(scores, direction);
  const blocks = scores.length;
  const methods = averageRanks.length;
  const unit = Math.sqrt((methods * (methods + 1)) / (6 * blocks));
  const criticalDifference = nemenyiCriticalDifference(methods, blocks, alpha);
  const p = averageRanks.map((a, i) =>
    averageRanks.map((b, j) =>
      i === j ? 1 : studentizedRangeSurvival((Math.abs(a - b) / unit) * Math.SQRT2, methods, Infinity),
    ),
  );
  return { averageRanks, criticalDifference, p, groups: cliques(averageRanks, criticalDifference) };
}

/** q_alpha of the Nemenyi test: quantile of the studentised range at infinite degrees of freedom over sqrt 2. */
export function nemenyiCriticalValue(methods: number, alpha = 0.05): number {
  return studentizedRangeQuantile(1 - alpha, methods, Infinity) / Math.SQRT2;
}

/** Critical difference of average ranks, q_alpha sqrt(k (k + 1) / (6 N)) (Demsar 2006, equation after 3.2.2). */
export function nemenyiCriticalDifference(methods: number, blocks: number, alpha = 0.05): number {
  return nemenyiCriticalValue(methods, alpha) * Math.sqrt((methods * (methods + 1)) / (6 * blocks));
}

function cliques(averageRanks: readonly number[], width: number): number[][] {
  const order = averageRanks.map((_, i) => i).sort((a, b) => averageRanks[a]! - averageRanks[b]!);
  const groups: number[][] = [];
  let lastEnd = 0;
  for (let start = 0; start < order.length; start++) {
    let end = start + 1;
    while (end < order.length && averageRanks[order[end]!]! - averageRanks[order[start]!]! <= width) end++;
    // A run inside the previous one adds no bar.
    if (end > lastEnd && end - start > 1) groups.push(order.slice(start, end));
    lastEnd = Math.max(lastEnd, end);
  }
  return groups;
}
