import type { FinishedTrial } from '../study/trial-table.ts';

/** Which of the models have looks at validation that compare samples with examples, in place of the loss. */
export const looksBySamples = (
  models: readonly string[],
  trials: readonly Pick<FinishedTrial, 'result'>[],
): string[] =>
  models.filter((model) =>
    trials.some(({ result }) => result.cell.model === model && result.criterion === 'samples'),
  );
