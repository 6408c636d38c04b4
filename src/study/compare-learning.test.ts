import { expect, test } from 'vitest';
import { imageRows, matrixOf, type SyntheticStudy, syntheticTrials } from '../../test/synthetic-study.ts';
import { compareLearning } from './compare-learning.ts';
import { trialTable } from './trial-table.ts';

test('benefits are those of the weights that are kept, not of the overfitted end', () => {
  const study: SyntheticStudy = { rows: imageRows.slice(1, 4), budgets: [25], seeds: [1, 2] };
  // Validation falls from 10 to the best and then climbs far above its start.
  const best: Record<string, number> = { 'from-scratch': 5, 'feature-extraction': 6, 'fine-tune': 3 };
  const trials = syntheticTrials(study).map((trial) => ({
    ...trial,
    result: {
      ...trial.result,
      looks: [10, best[trial.result.cell.technique]!, 40, 90].map((validation, i) => ({
        ...trial.result.looks[0]!,
        validation,
        step: 100 * i,
        flops: 1e9 * i,
      })),
    },
  }));
  const found = compareLearning(trialTable(matrixOf(study), trials), 'from-scratch');
  const of = (technique: string) => found.find((one) => one.technique === technique)!.byUpdates;
  expect(of('fine-tune').finalGap.mean).toBe(2);
  expect(of('fine-tune').speedUp.median).toEqual({ relation: 'equal', value: 100 / ((100 * 5) / 7) });
  expect(of('feature-extraction').finalGap.mean).toBe(-1);
  expect(of('feature-extraction').speedUp.median).toEqual({ relation: 'below', value: 1 / 3 });
});
