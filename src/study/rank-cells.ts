import { mean } from '../statistics/summarize.ts';
import type { CellSummary } from './compare-trials.ts';

/**
 * The cells of one model and budget from best to worst mean. Cells that lost trials are ranked with the others by the
 * seeds that all of them have, where there are any; cells with a single seed only where no cell has more.
 */
export function rankCells(cells: readonly CellSummary[], direction: 'lower' | 'higher'): CellSummary[] {
  const sign = direction === 'lower' ? 1 : -1;
  const most = Math.max(0, ...cells.map(({ values }) => values.length));
  const ranked = cells.filter(({ values }) => values.length >= Math.max(1, Math.min(2, most)));
  const common = (ranked[0]?.values ?? [])
    .map(({ seed }) => seed)
    .filter((seed) => ranked.every(({ values }) => values.some((value) => value.seed === seed)));
  const score = ({ values }: CellSummary): number => {
    const shared = values.filter(({ seed }) => common.includes(seed));
    return mean((shared.length > 0 ? shared : values).map(({ value }) => value));
  };
  return ranked.sort((a, b) => sign * (score(a) - score(b)));
}
