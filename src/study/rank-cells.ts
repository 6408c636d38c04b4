import { mean } from '../statistics/summarize.ts';
import type { CellSummary, TrialComparison } from './compare-trials.ts';

/**
 * The cells of one model and budget from best to worst mean. Cells that lost trials are ranked with the others by the
 * seeds that all of them have, where there are any; cells with a single seed only where no cell has more.
 */
export function rankCells(cells: readonly CellSummary[], direction: 'lower' | 'higher'): CellSummary[] {
  const sign = direction === 'lower' ? 1 : -1;
  const ranked = cells.filter((cell) => canBeRanked(cell, cells));
  const common = (ranked[0]?.values ?? [])
    .map(({ seed }) => seed)
    .filter((seed) => ranked.every(({ values }) => values.some((value) => value.seed === seed)));
  const score = ({ values }: CellSummary): number => {
    const shared = values.filter(({ seed }) => common.includes(seed));
    return mean((shared.length > 0 ? shared : values).map(({ value }) => value));
  };
  return ranked.sort((a, b) => sign * (score(a) - score(b)));
}

/** Has results enough to stand in a ranking of these cells. */
function canBeRanked({ values }: CellSummary, cells: readonly CellSummary[]): boolean {
  const most = Math.max(0, ...cells.map((cell) => cell.values.length));
  return values.length >= Math.max(1, Math.min(2, most));
}

/** Which cells of one model and budget may be chosen. */
export interface Standing {
  /**
   * Cells that are not claimed to be worse than another, from best to worst mean: no difference is claimed among them.
   * All cells where each is claimed to be worse than some other.
   */
  readonly standing: readonly CellSummary[];
  /** Cells without results enough: while there are any, nothing is chosen. */
  readonly missing: readonly CellSummary[];
  /** The cell to use, which tables mark as the best; undefined where a row has no result. */
  readonly choice: CellSummary | undefined;
}

/** The best mean among the cells that are not claimed to be worse than another, once every row has results. */
export function standingCells(
  cells: readonly CellSummary[],
  comparisons: readonly TrialComparison[],
  direction: 'lower' | 'higher',
): Standing {
  const losers = new Set(comparisons.flatMap((one) => loserOf(one) ?? []));
  const ranked = rankCells(cells, direction);
  const unbeaten = ranked.filter(({ technique }) => !losers.has(technique));
  const standing = unbeaten.length > 0 ? unbeaten : ranked;
  const missing = cells.filter((cell) => !canBeRanked(cell, cells));
  return { standing, missing, choice: missing.length > 0 ? undefined : standing[0] };
}

/** Label of the side that a comparison claims to be better. */
export function winnerOf({ technique, reference, result }: TrialComparison): string | undefined {
  if (result === null || result.noClaim !== null) return undefined;
  return result.verdict === 'better' ? technique : reference;
}

/** Label of the side that a comparison claims to be worse. */
export function loserOf(one: TrialComparison): string | undefined {
  const won = winnerOf(one);
  return won === undefined ? undefined : won === one.technique ? one.reference : one.technique;
}
