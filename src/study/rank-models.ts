import type { Interval } from '../statistics/alternative.ts';
import { mean } from '../statistics/summarize.ts';
import { oneSampleTTest } from '../statistics/t-test.ts';
import type { StudyComparison } from './compare-trials.ts';
import type { Measurement } from './measurement.ts';
import { comparable } from './measurement-key.ts';
import { standingCells } from './rank-cells.ts';
import type { TrialTable, TrialValue } from './trial-table.ts';

/** A model with the technique that serves it best. */
export interface RankedModel {
  readonly model: string;
  readonly technique: string;
  readonly mean: number;
  /** t interval of the mean over seeds; null with fewer than two. */
  readonly interval: Interval | null;
  readonly seeds: number;
  /** All its trials had converged. */
  readonly converged: boolean;
  /** Ids of the numbers. */
  readonly measurements: readonly string[];
}

/** The models of a study beside each other. An order of means: nothing is tested between models. */
export interface ModelRanking {
  readonly budget: number;
  /** One of the numbers: metric, unit, direction and feature network hold for all. */
  readonly example: Measurement;
  /** Whether they are put in order by the study's primary metric; otherwise not all have it on one scale. */
  readonly byPrimary: boolean;
  /** From best to worst mean. */
  readonly models: readonly RankedModel[];
  /** Other metrics of samples that all models share, by which another model has the best mean. */
  readonly otherwise: readonly { readonly metric: string; readonly best: RankedModel }[];
}

/** What models are put in order by where the primary metric does not put all of them on one scale. */
const SAMPLE_METRICS = ['kid', 'fid'];

/** What may put another model first, which is then said: distances of distributions and what of the real ones is covered. */
const CROSS_CHECKS = ['kid', 'fid', 'coverage'];

/**
 * Puts the models in the order of their means at the largest budget, each with the technique chosen for it: by the
 * primary metric where all models have it on one scale, else by the first metric of samples that they share. Null for
 * fewer than two models, or where they share neither.
 */
export function rankModels(comparison: StudyComparison, table: TrialTable): ModelRanking | null {
  const { primary, confidence } = comparison;
  const { models, budgets } = table.matrix;
  const at = (budget: number) => models.flatMap((model) => choiceOf(comparison, model, budget));
  const budget = budgets.filter((one) => at(one).length > 0).at(-1);
  if (budget === undefined) return null;
  const chosen = at(budget);
  if (chosen.length < 2) return null;
  const order = (metric: string) => {
    const found = chosen.map((place) => ({ ...place, values: table.values(place, metric, 'target') }));
    const all = found.flatMap(({ values }) => values.map(({ measurement }) => measurement));
    const example = all[0];
    if (found.some(({ values }) => values.length === 0) || example === undefined) return null;
    if (!all.every((one) => onOneScale(example, one))) return null;
    const sign = example.direction === 'lower' ? 1 : -1;
    return {
      example,
      models: found
        .map(({ model, technique, values }) => ranked(model, technique, values, confidence))
        .sort((a, b) => sign * (a.mean - b.mean)),
    };
  };
  for (const metric of new Set([primary.metric, ...SAMPLE_METRICS])) {
    const decided = order(metric);
    if (decided === null) continue;
    const otherwise = CROSS_CHECKS.filter((other) => other !== metric).flatMap((other) => {
      const best = order(other)?.models[0];
      return best === undefined || best.model === decided.models[0]!.model ? [] : [{ metric: other, best }];
    });
    return { budget, ...decided, byPrimary: metric === primary.metric, otherwise };
  }
  return null;
}

/** Whether two models' numbers may stand in one column: the same likelihood of the same data, as many samples. */
export function onOneScale(a: Measurement, b: Measurement): boolean {
  return comparable(a, b) && a.kind === b.kind && a.generated === b.generated;
}

/** The technique chosen for a model at a budget; none where a row has no result. */
function choiceOf({ cells, comparisons, primary }: StudyComparison, model: string, budget: number) {
  const here = <T extends { model: string; budget: number }>(all: readonly T[]) =>
    all.filter((one) => one.model === model && one.budget === budget);
  const { choice } = standingCells(here(cells), here(comparisons), primary.direction);
  return choice === undefined ? [] : [{ model, technique: choice.technique, budget }];
}

function ranked(
  model: string,
  technique: string,
  values: readonly TrialValue[],
  confidence: number,
): RankedModel {
  const numbers = values.map(({ value }) => value);
  const measurements = [...new Set(values.map(({ id }) => id))];
  return {
    model,
    technique,
    mean: mean(numbers),
    // One trial that stands for all seeds has no spread over seeds.
    interval: measurements.length < 2 ? null : oneSampleTTest(numbers, 0, { confidence }).interval,
    seeds: values.length,
    converged: values.every(({ trial }) => trial.result.converged),
    measurements,
  };
}
