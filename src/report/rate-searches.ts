import { mean } from '../statistics/summarize.ts';
import type { StepRecord } from '../store/step-record.ts';
import type { Json } from '../study/step.ts';
import type { FinishedTrial } from '../study/trial-table.ts';
import type { RateSearch } from './report-data.ts';

/** What is read of a trial step's inputs: rates that were tried, with the steps that tried them. */
type TriedRates = readonly { readonly rate: number; readonly steps: readonly string[] }[];

/** The searches for learning rates whose result finished trials used, one for each model, row and budget. */
export function rateSearches(
  trials: readonly FinishedTrial[],
  record: (step: string) => StepRecord | undefined,
): RateSearch[] {
  const found = new Map<string, RateSearch>();
  for (const { step, result } of trials) {
    const { model, technique, budget } = result.cell;
    const key = JSON.stringify([model, technique, budget]);
    const tried = triedRates(record(step)?.inputs);
    if (tried === undefined || found.has(key)) continue;
    found.set(key, {
      model,
      technique,
      budget,
      unit: result.lossUnit,
      chosen: result.learningRate,
      rates: tried.map(({ rate, steps }) => ({ rate, steps, validation: meanValidation(steps, record) })),
    });
  }
  return [...found.values()];
}

/** Null where a run diverged or did not finish. */
function meanValidation(
  steps: readonly string[],
  record: (step: string) => StepRecord | undefined,
): number | null {
  const values = steps.map((step) => member(record(step)?.result, 'validation'));
  return values.every((value): value is number => typeof value === 'number') ? mean(values) : null;
}

function triedRates(inputs: Json | undefined): TriedRates | undefined {
  const tuned = member(member(inputs, 'learningRate'), 'tuned');
  return Array.isArray(tuned) ? (tuned as unknown as TriedRates) : undefined;
}

function member(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined;
}
