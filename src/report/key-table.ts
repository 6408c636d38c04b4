import type { CellSummary } from '../study/compare-trials.ts';
import { formatNumber } from '../study/format-number.ts';
import { primaryDecimals } from '../study/primary-decimals.ts';
import { standingCells } from '../study/rank-cells.ts';
import type { ReportData } from './report-data.ts';

/** One place of the table that a report begins with. */
export interface KeyCell {
  readonly summary: CellSummary;
  /** '104.4'; null where no trial finished. */
  readonly mean: string | null;
  /** '± 2.1': half the t interval of the mean over seeds; null where the spread is unknown. */
  readonly spread: string | null;
  /**
   * Best mean of its model and budget, over the seeds that all have: the verdict's choice. None while a row of the
   * budget has no result.
   */
  readonly best: boolean;
  readonly converged: boolean;
  /** Seeds without a finished trial. */
  readonly lost: number;
}

/** The primary metric of one model: rows are techniques, columns budgets. */
export interface KeyTable {
  readonly model: string;
  readonly decimals: number;
  readonly rows: readonly { readonly technique: string; readonly cells: readonly KeyCell[] }[];
}

/** Technique by budget in the primary metric, one table a model; empty where nothing could be compared. */
export function keyTables({ comparison, matrix }: Pick<ReportData, 'comparison' | 'matrix'>): KeyTable[] {
  if (comparison === null) return [];
  return matrix.models.map((model) => {
    const own = comparison.cells.filter((cell) => cell.model === model);
    const decimals = primaryDecimals(comparison, model);
    const best = new Map(
      matrix.budgets.map((budget) => {
        const here = own.filter((cell) => cell.budget === budget);
        const compared = comparison.comparisons.filter((one) => one.model === model && one.budget === budget);
        return [budget, standingCells(here, compared, comparison.primary.direction).choice?.technique];
      }),
    );
    return {
      model,
      decimals,
      rows: matrix.techniques.map(({ label }) => ({
        technique: label,
        cells: matrix.budgets.map((budget): KeyCell => {
          const summary = own.find((cell) => cell.technique === label && cell.budget === budget)!;
          const { mean, interval, values, converged } = summary;
          return {
            summary,
            mean: mean === null ? null : formatNumber(mean, decimals),
            spread:
              interval === null ? null : `± ${formatNumber((interval.high - interval.low) / 2, decimals)}`,
            best: label === best.get(budget),
            converged,
            lost: matrix.seeds.length - values.length,
          };
        }),
      })),
    };
  });
}
