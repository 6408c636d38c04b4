import { GraftError } from '../errors.ts';
import { chiSquaredSurvival } from './chi-squared.ts';
import { fSurvival } from './f-distribution.ts';
import { rank, tieTerm } from './ranks.ts';
import { requireFinite } from './require-finite.ts';

/** Result of the Friedman test. */
export interface FriedmanResult {
  chiSquare: number;
  p: number;
  /** Mean rank of each method over the blocks; 1 is the best. */
  averageRanks: number[];
  /** Iman and Davenport's (1980) F statistic, less conservative than the chi-square; Infinity where ranks never differ between blocks. */
  imanDavenportF: number;
  imanDavenportP: number;
}

/**
 * Friedman test (1937) that all methods rank alike, with tie correction.
 * `scores` is [blocks, methods]. Blocks must be independent tasks (data sets); seeds of one task are not
 * (Demsar 2006, 'Statistical comparisons of classifiers over multiple data sets').
 */
export function friedman(
  scores: readonly ArrayLike<number>[],
  direction: 'lower' | 'higher',
): FriedmanResult {
  const { blocks, methods, rankSums, ties } = rankBlocks(scores, direction);
  const squares = rankSums.reduce((sum, r) => sum + r * r, 0);
  const correction = 1 - ties / (methods * (methods * methods - 1) * blocks);
  // Every block a single tie: nothing speaks against equality.
  const chiSquare =
    correction <= 0
      ? 0
      : ((12 / (methods * blocks * (methods + 1))) * squares - 3 * blocks * (methods + 1)) / correction;
  const df = methods - 1;
  const rest = blocks * df - chiSquare;
  const imanDavenportF = rest > 1e-12 * blocks * df ? ((blocks - 1) * chiSquare) / rest : Infinity;
  return {
    chiSquare,
    p: chiSquaredSurvival(chiSquare, df),
    averageRanks: rankSums.map((r) => r / blocks),
    imanDavenportF,
    imanDavenportP: fSurvival(imanDavenportF, df, df * (blocks - 1)),
  };
}

function rankBlocks(scores: readonly ArrayLike<number>[], direction: 'lower' | 'higher') {
  const blocks = scores.length;
  const methods = scores[0]?.length ?? 0;
  if (blocks < 2 || methods < 2) {
    throw new GraftError('bad-data', {
      what: 'scores of the Friedman test',
      problem: `${blocks} blocks of ${methods} methods, at least 2 of each are needed`,
    });
  }
  const rankSums = Array.from({ length: methods }, () => 0);
  let ties = 0;
  scores.forEach((row, block) => {
    if (row.length !== methods) {
      throw new GraftError('bad-data', {
        what: 'scores of the Friedman test',
        problem: `block ${block} has ${row.length} methods, block 0 has ${methods}`,
      });
    }
    requireFinite(row, 'scores of the Friedman test', `block ${block}`);
    const { ranks, groups } = rank(direction === 'lower' ? row : Array.from(row, (v) => -v));
    ties += tieTerm(groups);
    for (let j = 0; j < methods; j++) rankSums[j]! += ranks[j]!;
  });
  return { blocks, methods, rankSums, ties };
}
