import { countOf, decimalsFor, formatNumber, formatSigned } from '../study/format-number.ts';
import type { ReportData } from './report-data.ts';
import type { TechniqueTable } from './technique-table.ts';

/** Change on the source's test data against the model before, by technique and budget; null where it was not measured. */
export function forgettingTable({
  comparison,
  matrix,
  techniques,
  study,
}: ReportData): TechniqueTable | null {
  const forgetting = comparison?.forgetting ?? [];
  const first = forgetting[0];
  if (first === undefined) return null;
  const decimals = decimalsFor(
    forgetting.map(({ mean }) => mean),
    forgetting.map(({ interval }) => (interval === null ? null : (interval.high - interval.low) / 2)),
  );
  const cell = (model: string, technique: string, budget: number) => {
    const found = forgetting.find(
      (f) => f.model === model && f.technique === technique && f.budget === budget,
    );
    if (found === undefined) return { value: '–' };
    const { change, interval } = found;
    const value = formatSigned(change, decimals);
    if (interval === null) return { value };
    const [low, high] = [interval.low, interval.high].map((end) => formatNumber(end, decimals));
    return { value, spread: `(${low} to ${high})` };
  };
  return {
    head: matrix.budgets.map((budget) => countOf(budget, study.item)),
    rows: matrix.models.flatMap((model) =>
      techniques
        .filter(({ label }) => label !== first.unchanged)
        .map(({ label }) => ({
          model,
          technique: label,
          cells: matrix.budgets.map((budget) => cell(model, label, budget)),
        })),
    ),
  };
}
