import type { CellSummary, StudyComparison } from './compare-trials.ts';
import { formatNumber } from './format-number.ts';
import { loserOf } from './rank-cells.ts';
import type { BudgetVerdict } from './verdict-at-budget.ts';
import type { VerdictContext, VerdictSentence } from './verdict-context.ts';
import type { VerdictWords } from './verdict-words.ts';

/**
 * For each model the best technique that costs at most half of the chosen one at the largest budget, and the model as
 * it is where it is another one: what each saves, and how far its mean is from the choice's. It is called behind only
 * where that is claimed.
 */
export function cheaperAlternatives(
  judged: readonly BudgetVerdict[],
  comparison: StudyComparison,
  { matrix, trainingFlops }: VerdictContext,
  words: VerdictWords,
): VerdictSentence[] {
  return matrix.models.flatMap((model): VerdictSentence[] => {
    const at = judged.filter((one) => one.model === model && one.choice !== undefined).at(-1);
    if (at?.choice === undefined) return [];
    const { choice, budget } = at;
    const cost = trainingFlops(model, choice.technique, budget);
    if (cost === null || cost === 0) return [];
    const options = comparison.cells
      .filter((cell) => cell.model === model && cell.budget === budget && complete(cell, choice))
      .flatMap((cell) => {
        const flops = trainingFlops(model, cell.technique, budget);
        return flops !== null && flops <= cost / 2 ? [{ cell, flops }] : [];
      })
      .sort((a, b) => words.sign * (a.cell.mean! - b.cell.mean!));
    const best = options[0];
    if (best === undefined) return [];
    const free = options.find(({ flops }) => flops === 0);
    const named = free === undefined || free === best ? [best] : [best, free];
    const parts = named.map(({ cell, flops }) => {
      const share =
        flops === 0
          ? 'costs no training'
          : `trains with ${formatNumber((100 * flops) / cost, 0)} % of the operations of ${choice.technique}`;
      return `${cell.technique} ${share}: ${distance(cell, choice, comparison, words)}`;
    });
    return [
      {
        kind: 'alternative',
        model,
        budget,
        text: `${words.modelPrefix(model)}Cheaper with ${words.items([budget])}: ${parts.join('; ')}.`,
        references: [...named.flatMap(({ cell }) => cell.values), ...choice.values].map(
          ({ measurement }) => measurement,
        ),
      },
    ];
  });
}

/** How far a cell is from the choice, in the words that the comparison of the two allows. */
function distance(
  cell: CellSummary,
  choice: CellSummary,
  { comparisons }: StudyComparison,
  words: VerdictWords,
): string {
  const pair = [cell.technique, choice.technique];
  const stated = comparisons.find(
    (one) =>
      one.model === cell.model &&
      one.budget === cell.budget &&
      pair.includes(one.technique) &&
      pair.includes(one.reference),
  );
  if (stated !== undefined && loserOf(stated) === cell.technique)
    return `it is behind ${words.distance(stated, choice.technique)}${words.unit}`;
  const gap = cell.mean! - choice.mean!;
  const open = cell.converged ? '' : '; its training had not converged';
  const mean = cell.values.length > 1 ? 'mean' : 'value';
  const size = `${words.amount(Math.abs(gap), cell.model)}${words.unit}`;
  const claim =
    stated?.result == null ? 'the two are not compared with each other' : 'no difference can be claimed';
  const direction = words.sign * gap > 0 ? '' : ', which is better';
  return gap === 0
    ? `its ${mean} is the same${open}`
    : `its ${mean} is ${size} ${gap > 0 ? 'higher' : 'lower'}${direction}; ${claim}${open}`;
}

const complete = (cell: CellSummary, choice: CellSummary): boolean =>
  cell.technique !== choice.technique && cell.mean !== null && cell.values.length === choice.values.length;
