import { countOf, listWords } from './format-number.ts';
import { loserOf } from './rank-cells.ts';
import type { BudgetVerdict } from './verdict-at-budget.ts';
import type { VerdictContext, VerdictSentence } from './verdict-context.ts';
import { aheadWords, seedsWords } from './verdict-lead.ts';
import type { VerdictWords } from './verdict-words.ts';

/** 'with 25 images', 'at every budget'. */
type Where = (group: readonly BudgetVerdict[]) => string;

/** Techniques that a headline names; of more it gives the number. */
const MOST_NAMED = 4;

/** The technique of a model over all budgets: the choice at most of them, where it is at the others its equal. */
export function steadyChoice(own: readonly BudgetVerdict[]): string | null {
  const chosen = own.filter((at) => at.choice !== undefined);
  const counts = groupsOf(chosen).sort((a, b) => b[1].length - a[1].length);
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
  context: VerdictContext,
  words: VerdictWords,
): string[] {
  const where: Where = (group) =>
    group.length === own.length && own.length > 1
      ? 'at every budget'
      : `with ${words.items(group.map(({ budget }) => budget))}`;
  const proven = chosen.filter(({ claims }) => claims.length > 0);
  const unproven = chosen.filter(({ claims }) => claims.length === 0);
  const best = `${context.matrix.seeds.length > 1 ? 'mean ' : ''}${context.metric}`;
  const open = unproven.length === 0 ? [] : notShown(unproven, where, best, context, words);
  if (proven.length === 0) return open;
  const steady = steadyChoice(own);
  const groups = groupsOf(chosen);
  if (steady === null || groups.length === 1 || unproven.length > 0)
    return [useWords(groupsOf(proven), where, best, words), ...asGood(proven, context, words), ...open];
  const others = groups
    .filter(([technique]) => technique !== steady)
    .map(
      ([technique, group]) =>
        `${where(group)} ${technique} has the better mean (${aheadWords(group, words)})`,
    );
  const kept = proven.filter(({ choice }) => choice!.technique === steady);
  return [
    `Use ${steady} ${where(chosen)}; ${listWords(others)}, but no difference from ${steady} can be claimed there.`,
    ...asGood(kept, context, words),
  ];
}

/** 'Use fine-tune with 100 and 400 images: it has the lowest mean there, ahead of …, and is better than …'. */
function useWords(groups: readonly Group[], where: Where, best: string, words: VerdictWords): string {
  if (groups.length > 1)
    return `Use ${listWords(groups.map(([technique, group]) => `${technique} ${where(group)} (better than ${beatenWords(group)})`))}.`;
  const [technique, group] = groups[0]!;
  const ahead = aheadWords(group, words);
  return `Use ${technique} ${where(group)}: it has the ${words.superlative} ${best}${ahead === '' ? '' : `, ${ahead},`} and is better than ${beatenWords(group)}.`;
}

/** What the choice is claimed to be better than at each of its budgets; of many the number. */
function beatenWords(group: readonly BudgetVerdict[]): string {
  const beaten = group.map(({ claims }) => [...new Set(claims.flatMap((one) => loserOf(one) ?? []))]);
  const always = beaten[0]!.filter((label) => beaten.every((labels) => labels.includes(label)));
  const least = Math.min(...beaten.map(({ length }) => length));
  if (always.length === 0 || always.length > MOST_NAMED)
    return `${least === Math.max(...beaten.map(({ length }) => length)) ? '' : 'at least '}${countOf(least, 'other')}`;
  return listWords(always);
}

/** What came out best where nothing is claimed of it, by how much, and what it would take to show that. */
function notShown(
  unproven: readonly BudgetVerdict[],
  where: Where,
  best: string,
  context: VerdictContext,
  words: VerdictWords,
): string[] {
  const groups = groupsOf(unproven);
  const [named, ...others] = groups.map(([technique, group], i) => {
    const ahead = aheadWords(group, words);
    const at = where(group);
    const came =
      groups.length === 1 && at.startsWith('with ')
        ? `${at.replace(/^w/, 'W')} ${technique} came out best by ${best}`
        : `${technique} ${i === 0 ? `came out best by ${best} ` : ''}${at}`;
    return ahead === '' ? came : groups.length > 1 ? `${came} (${ahead})` : `${came}, ${ahead}`;
  });
  const first = `${listWords([named!, ...others])}.`;
  if (unproven.every(({ rivals }) => rivals.length === 0)) return [first, ...unfinished(unproven)];
  if (context.matrix.seeds.length < 2)
    return [first, 'One seed cannot show that this is more than chance.', ...unfinished(unproven)];
  return [
    first,
    `${seedsDoNot(unproven, context)} show that this is more than chance: no advantage over any other technique can be claimed.`,
    ...seedsWords(unproven),
    ...unfinished(unproven),
  ];
}

/** Which techniques may be as good as the choice, or better: no difference from it can be claimed. */
function asGood(proven: readonly BudgetVerdict[], context: VerdictContext, words: VerdictWords): string[] {
  const groups = new Map<string, number[]>();
  for (const { rivals, budget } of proven) {
    if (rivals.length === 0) continue;
    const names = listWords(rivals.map(({ technique }) => technique));
    groups.set(names, [...(groups.get(names) ?? []), budget]);
  }
  if (groups.size === 0) return unfinished(proven);
  const everywhere = groups.size === 1 && [...groups.values()][0]!.length === proven.length;
  const parts = [...groups].map(([names, budgets]) =>
    everywhere ? names : `${names} (with ${words.items(budgets)})`,
  );
  const it = groupsOf(proven).length === 1 ? 'it' : 'the choice';
  return [
    `${seedsDoNot(proven, context)} show whether ${it} is better than ${listWords(parts, 'and than')}: no difference can be claimed.`,
    ...seedsWords(proven),
    ...unfinished(proven),
  ];
}

/** '3 seeds do not': as many as the undecided comparisons have. */
function seedsDoNot(group: readonly BudgetVerdict[], { matrix }: VerdictContext): string {
  const pairs = group.flatMap(({ undecided }) => undecided.map(({ seeds }) => seeds.length));
  const seeds = pairs.length === 0 ? matrix.seeds.length : Math.max(...pairs);
  return `${countOf(seeds, 'seed')} ${seeds === 1 ? 'does' : 'do'} not`;
}

function unfinished(group: readonly BudgetVerdict[]): string[] {
  const young = [...new Set(group.flatMap(({ spared }) => spared.map(({ technique }) => technique)))];
  if (young.length === 0) return [];
  return [
    `${listWords(young)} had not converged everywhere and ${young.length === 1 ? 'is' : 'are'} not called worse there.`,
  ];
}

function notDecided(own: readonly BudgetVerdict[], words: VerdictWords): string[] {
  return own
    .filter(({ choice }) => choice === undefined)
    .map(({ budget, missing }) => `Not decided with ${words.items([budget])}: ${words.lacking(missing)}.`);
}

/** A chosen technique with the budgets at which it is chosen. */
type Group = readonly [technique: string, at: BudgetVerdict[]];

/** Chosen techniques in the order of budgets. */
function groupsOf(chosen: readonly BudgetVerdict[]): Group[] {
  const groups = new Map<string, BudgetVerdict[]>();
  for (const at of chosen)
    groups.set(at.choice!.technique, [...(groups.get(at.choice!.technique) ?? []), at]);
  return [...groups];
}
