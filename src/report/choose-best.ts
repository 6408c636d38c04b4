import type { StudyComparison } from '../study/compare-trials.ts';
import type { ModelRanking } from '../study/rank-models.ts';
import type { Cell } from '../study/trial-result.ts';
import type { Matrix, TrialTable } from '../study/trial-table.ts';
import type { Verdict } from '../study/verdict.ts';

/**
 * The trial whose model is offered for use: at the largest budget that has a choice, the technique that the verdict
 * chooses there; of its seeds the one with the lowest validation loss, so that test data have no part in it. Of several
 * models the one that is ranked first; where they share no scale, the first of the study file.
 */
export function chooseBest(
  table: TrialTable,
  comparison: StudyComparison,
  { choices }: Verdict,
  ranking: ModelRanking | null,
): { step: string; cell: Cell } | null {
  const { matrix } = table;
  const budget = [...matrix.budgets]
    .reverse()
    .find((n) => choices.some((c) => c.budget === n && c.technique !== null));
  if (budget === undefined) return null;
  const cells = choices
    .filter((choice) => choice.budget === budget && choice.technique !== null)
    .map(({ model, technique }) =>
      comparison.cells.find((c) => c.model === model && c.technique === technique && c.budget === budget),
    )
    .filter((cell) => cell !== undefined && cell.mean !== null);
  const first = ranking?.budget === budget ? ranking.models[0]!.model : undefined;
  const cell = cells.find((one) => one!.model === first) ?? cells[0];
  if (cell === undefined) return null;
  const best = trialsOf(table, matrix, cell).sort((a, b) => a.validation - b.validation)[0];
  return best === undefined ? null : { step: best.step, cell: best.cell };
}

function trialsOf(
  table: TrialTable,
  { seeds }: Matrix,
  place: { model: string; technique: string; budget: number },
) {
  return seeds.flatMap((seed) => {
    const trial = table.trial(place, seed);
    if (trial === undefined) return [];
    const validation = Math.min(...trial.result.looks.map((look) => look.validation));
    return [{ step: trial.step, cell: trial.result.cell, validation }];
  });
}
