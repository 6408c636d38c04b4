import { listWords } from './format-number.ts';
import type { BudgetVerdict } from './verdict-at-budget.ts';
import type { VerdictContext, VerdictSentence } from './verdict-context.ts';
import type { VerdictWords } from './verdict-words.ts';

/** The technique of a model over all budgets: the choice at most of them, where it is at the others its equal. */
export function steadyChoice(own: readonly BudgetVerdict[]): string | null {
  const chosen = own.filter((at) => at.choice !== undefined);
  const counts = byTechnique(chosen).sort((a, b) => b[1].length - a[1].length);
  const steady = counts.find(([technique]) =>
    chosen.every(({ choice, equals }) => [choice!, ...equals].some((cell) => cell.technique === technique)),
  );
  return steady?.[0] ?? null;
}

/**
 * What to use, over all budgets of a model: the best means that are claimed to be better than something, those of
 * which nothing is proven, what may be as good as the choice, and where nothing is decided for want of results.
 */
export function headline(
  own: readonly BudgetVerdict[],
  context: VerdictContext,
  words: VerdictWords,
): VerdictSentence {
  const model = own[0]!.model;
  const chosen = own.filter((at) => at.choice !== undefined);
  const parts = [
    ...(chosen.length === 0 ? ['Nothing can be recommended.'] : recommended(chosen, own, context, words)),
    ...notDecided(own, words),
  ];
  return {
    kind: 'recommendation',
    model,
    text: `${words.modelPrefix(model)}${parts.join(' ')}`,
    references: chosen.flatMap((at) => [
      ...at.claims.map(({ id }) => id),
      ...at.choice!.values.map(({ measurement }) => measurement),
    ]),
  };
}

function recommended(
  chosen: readonly BudgetVerdict[],
  own: readonly BudgetVerdict[],
  { matrix, metric }: VerdictContext,
  words: VerdictWords,
): string[] {
  const at = (technique: string, budgets: readonly number[]) =>
    budgets.length === own.length && own.length > 1
      ? `${technique} at every budget`
      : `${technique} with ${words.items(budgets)}`;
  const list = (some: readonly BudgetVerdict[]) =>
    listWords(byTechnique(some).map(([technique, budgets]) => at(technique, budgets)));
  const proven = chosen.filter(({ claims }) => claims.length > 0);
  const mean = matrix.seeds.length > 1 ? 'mean ' : '';
  if (proven.length === 0)
    return [
      `No technique stands out: no advantage of the best ${mean}${metric} can be claimed at any budget. It was reached by ${list(chosen)}.`,
    ];
  const unproven = chosen.filter(({ claims }) => claims.length === 0);
  const open =
    unproven.length === 0
      ? []
      : [`Not proven: that ${list(unproven)}, the best ${mean}there, is better than any other.`];
  const steady = steadyChoice(own);
  const groups = byTechnique(chosen);
  if (steady === null || groups.length === 1 || unproven.length > 0)
    return [`Use ${list(proven)}.`, ...asGood(proven, words), ...open];
  const others = groups
    .filter(([technique]) => technique !== steady)
    .map(([technique, budgets]) => `with ${words.items(budgets)} ${technique} has the better mean`);
  return [
    `Use ${at(
      steady,
      chosen.map(({ budget }) => budget),
    )}; ${listWords(others)}, but no difference from ${steady} can be claimed there.`,
    ...asGood(
      proven.filter(({ choice }) => choice!.technique === steady),
      words,
    ),
  ];
}

/** Which techniques may be as good as the choice, or better: no difference from it can be claimed. */
function asGood(proven: readonly BudgetVerdict[], words: VerdictWords): string[] {
  const groups = new Map<string, number[]>();
  for (const { rivals, budget } of proven) {
    if (rivals.length === 0) continue;
    const names = listWords(rivals.map(({ technique }) => technique));
    groups.set(names, [...(groups.get(names) ?? []), budget]);
  }
  const young = [...new Set(proven.flatMap(({ spared }) => spared.map(({ technique }) => technique)))];
  const unfinished =
    young.length === 0
      ? []
      : [
          `${listWords(young)} had not converged everywhere and ${young.length === 1 ? 'is' : 'are'} not called worse there.`,
        ];
  if (groups.size === 0) return unfinished;
  const parts = [...groups].map(([names, budgets]) => `${names} (with ${words.items(budgets)})`);
  return [`No difference from it can be claimed for ${parts.join('; ')}.`, ...unfinished];
}

function notDecided(own: readonly BudgetVerdict[], words: VerdictWords): string[] {
  return own
    .filter(({ choice }) => choice === undefined)
    .map(({ budget, missing }) => `Not decided with ${words.items([budget])}: ${words.lacking(missing)}.`);
}

/** Chosen techniques in the order of budgets, each with its budgets. */
function byTechnique(chosen: readonly BudgetVerdict[]): [string, number[]][] {
  const groups = new Map<string, number[]>();
  for (const { choice, budget } of chosen)
    groups.set(choice!.technique, [...(groups.get(choice!.technique) ?? []), budget]);
  return [...groups];
}
