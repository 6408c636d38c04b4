import type { TrialResult } from '../study/trial-result.ts';
import type { FinishedTrial } from '../study/trial-table.ts';

/** The technique that is ahead while a study runs: nothing is claimed by it. */
export interface Leader {
  readonly model: string;
  readonly technique: string;
  readonly budget: number;
  readonly metric: string;
  readonly unit: string;
  readonly mean: number;
  readonly seeds: number;
}

interface Group {
  readonly result: TrialResult;
  readonly values: number[];
}

/** The place with the best mean of the primary metric at the largest budget of which two techniques have trials. */
export function leaderOf(trials: readonly FinishedTrial[], primary: string | undefined): Leader | undefined {
  if (primary === undefined) return undefined;
  const metric = primary;
  const measured = trials.flatMap(({ result }) => {
    const measurement = result.measurements.find(
      (m) => m.metric === metric && m.on === 'target' && m.split !== 'train',
    );
    return measurement === undefined ? [] : [{ result, measurement }];
  });
  const budgets = [...new Set(measured.map(({ result }) => result.cell.budget))].sort((a, b) => b - a);
  const techniquesAt = (budget: number) =>
    new Set(
      measured
        .filter(({ result }) => result.cell.budget === budget)
        .map(({ result }) => result.cell.technique),
    ).size;
  const budget = budgets.find((n) => techniquesAt(n) > 1) ?? budgets[0];
  const first = measured[0]?.measurement;
  if (budget === undefined || first === undefined) return undefined;
  const groups = new Map<string, Group>();
  for (const { result, measurement } of measured) {
    const { cell } = result;
    if (cell.budget !== budget) continue;
    const key = JSON.stringify([cell.model, cell.technique]);
    const group = groups.get(key) ?? { result, values: [] };
    group.values.push(measurement.value);
    groups.set(key, group);
  }
  const sign = first.direction === 'lower' ? 1 : -1;
  const ranked = [...groups.values()]
    .map(({ result, values }) => ({
      result,
      seeds: values.length,
      mean: values.reduce((a, b) => a + b, 0) / values.length,
    }))
    .sort((a, b) => sign * (a.mean - b.mean));
  const best = ranked[0]!;
  const { model, technique } = best.result.cell;
  return { model, technique, budget, metric, unit: first.unit, mean: best.mean, seeds: best.seeds };
}
