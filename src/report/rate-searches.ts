import { mean } from '../statistics/summarize.ts';
import type { StepRecord } from '../store/step-record.ts';
import { unitInWords } from '../study/metric-in-words.ts';
import type { TrialInputs, TuneResult } from '../study/step-inputs.ts';
import type { FinishedTrial } from '../study/trial-table.ts';
import type { VerdictContext } from '../study/verdict-context.ts';
import type { RateSearch } from './report-data.ts';

/** The searches for learning rates whose result finished trials used, one for each model, row and budget. */
export function rateSearches(
  trials: readonly FinishedTrial[],
  record: (step: string) => StepRecord | undefined,
  item: string,
): RateSearch[] {
  const found = new Map<string, RateSearch>();
  for (const { step, result } of trials) {
    const { model, technique, budget } = result.cell;
    const key = JSON.stringify([model, technique, budget]);
    const inputs = record(step)?.inputs as unknown as Partial<TrialInputs> | undefined;
    const rates = inputs?.learningRate;
    const chosen = result.learningRate;
    if (rates === undefined || typeof rates === 'number' || chosen === null || found.has(key)) continue;
    found.set(key, {
      model,
      technique,
      budget,
      unit: unitInWords(result.lossUnit, item),
      chosen,
      rates: rates.tuned.map(({ rate, steps }) => ({
        rate,
        steps,
        validation: meanValidation(steps, record),
      })),
    });
  }
  return [...found.values()];
}

/** Searches that chose the lowest or the highest rate of their grid: a better one may lie beyond it. */
export function edgeRates(searches: readonly RateSearch[]): VerdictContext['edgeRates'] {
  return searches.flatMap(({ model, technique, budget, rates, chosen }) => {
    const grid = rates.map(({ rate }) => rate);
    if (grid.length < 2) return [];
    const [lowest, highest] = [Math.min(...grid), Math.max(...grid)];
    if (chosen !== lowest && chosen !== highest) return [];
    const end = chosen === lowest ? ('lowest' as const) : ('highest' as const);
    return [{ model, technique, budget, rate: chosen, end }];
  });
}

/** Null where a run diverged or did not finish. */
function meanValidation(
  steps: readonly string[],
  record: (step: string) => StepRecord | undefined,
): number | null {
  const values = steps.map(
    (step) => (record(step)?.result as unknown as TuneResult | null | undefined)?.validation,
  );
  return values.every((value): value is number => typeof value === 'number') ? mean(values) : null;
}
