import { mean } from '../statistics/summarize.ts';
import { countOf, decimalsFor, formatSigned } from '../study/format-number.ts';
import type { Place } from '../study/trial-table.ts';
import type { MetricColumn, MetricTable } from './metric-columns.ts';
import type { ReportData } from './report-data.ts';
import type { TechniqueTable } from './technique-table.ts';

/** What was measured on the target's training data: by metrics of copying, and by metrics of held-out data as well. */
export function onTrainingData(table: MetricTable): { copying: MetricColumn[]; gaps: MetricColumn[] } {
  const onTraining = table.columns.filter(
    ({ example }) => example.on === 'target' && example.split === 'train',
  );
  // Measured on training data alone: those metrics ask how near generated items are to them.
  const copying = onTraining.filter(({ example }) => {
    const heldOut = table.column(example.metric, example.on);
    return heldOut === undefined || heldOut.example.split === 'train';
  });
  return { copying, gaps: onTraining.filter((column) => !copying.includes(column)) };
}

/** Test minus training value: what a model is worse by on data that it has not seen; null where it was not measured. */
export function gapTable(
  { matrix, techniques, study }: ReportData,
  table: MetricTable,
): (TechniqueTable & { readonly words: string }) | null {
  const { gaps } = onTrainingData(table);
  const first = gaps[0];
  if (first === undefined) return null;
  const { metric } = first.example;
  const gap = (place: Place): number | null => {
    const onTraining = gaps.find((one) => one.example.metric === metric && table.isOf(one, place.model));
    const onTest = table.column(metric, 'target', place.model);
    if (onTraining === undefined || onTest === undefined) return null;
    const test = table.values(onTest, place);
    const pairs = table.values(onTraining, place).flatMap(({ seed, value }) => {
      const other = test.find((one) => one.seed === seed);
      return other === undefined ? [] : [other.value - value];
    });
    return pairs.length === 0 ? null : mean(pairs);
  };
  const rows = matrix.models.flatMap((model) =>
    techniques
      .filter(({ trains }) => trains)
      .map(({ label }) => ({
        model,
        technique: label,
        gaps: matrix.budgets.map((budget) => gap({ model, technique: label, budget })),
      })),
  );
  const known = rows.flatMap(({ gaps }) => gaps.filter((value) => value !== null));
  if (known.length === 0) return null;
  const decimals = Math.min(2, decimalsFor(known, []));
  const { title, unit, direction } = first.description;
  return {
    words: `${title}${unit === '' ? '' : ` (${unit})`}: test minus training value, mean over seeds. ${direction === 'lower' ? 'Far above zero' : 'Far below zero'} means overfitting; validation decided when to stop.`,
    head: matrix.budgets.map((budget) => countOf(budget, study.item)),
    rows: rows.map(({ gaps, ...row }) => ({
      ...row,
      cells: gaps.map((value) => ({ value: value === null ? '–' : formatSigned(value, decimals) })),
    })),
  };
}
