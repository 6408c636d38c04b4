import { expect, test } from 'vitest';
import { imageRows, matrixOf, type SyntheticStudy, syntheticTrials } from '../../test/synthetic-study.ts';
import { stream } from '../random.ts';
import { compareTrials } from '../study/compare-trials.ts';
import { verdict } from '../study/verdict.ts';
import { keyTables } from './key-table.ts';

/** The technique that the table marks and the one that the verdict chooses, budget by budget. */
function markedAndChosen(options: Partial<SyntheticStudy>) {
  const study: SyntheticStudy = { rows: imageRows, budgets: [25, 100, 400], seeds: [1, 2, 3], ...options };
  const matrix = matrixOf(study);
  const comparison = compareTrials(syntheticTrials(study), { matrix, primary: 'nll', stream: stream(1) });
  const { choices } = verdict(comparison, {
    matrix,
    metric: 'negative log-likelihood',
    unit: 'nats per image',
    item: 'image',
    target: 'handwriting',
    preTrainings: { vae: 1 },
    learningRates: { kind: 'fixed', rate: 1e-3 },
    ratesByHand: [],
    edgeRates: [],
    failures: [],
    trainingFlops: () => 1,
  });
  const [table] = keyTables({ comparison, matrix });
  return {
    marked: study.budgets.map((_, i) => table!.rows.find(({ cells }) => cells[i]!.best)?.technique ?? null),
    chosen: choices.map(({ technique }) => technique),
  };
}

test('the mark is the choice of the verdict, however the seeds vary', () => {
  const noisy = imageRows.map((row, i) => ({ ...row, noise: [0, 9, 1, 25, 12][i]! }));
  for (const rows of [imageRows, noisy])
    for (const seeds of [
      [1, 2],
      [1, 2, 3],
      [1, 2, 3, 4, 5, 6],
    ]) {
      const { marked, chosen } = markedAndChosen({ rows, seeds });
      expect(marked).toEqual(chosen);
      expect(marked).not.toContain(null);
    }
});

test('nothing is marked at a budget at which a row has no result', () => {
  const { marked, chosen } = markedAndChosen({
    failed: (technique, budget) => budget === 400 && technique === 'fine-tune',
  });
  expect(marked).toEqual(['fine-tune', 'gradual-unfreezing', null]);
  expect(chosen).toEqual(marked);
});
