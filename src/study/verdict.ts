import type { StudyComparison } from './compare-trials.ts';
import { formatNumber, listWords } from './format-number.ts';
import { cheaperAlternatives } from './verdict-alternative.ts';
import { type BudgetVerdict, judgeBudget } from './verdict-at-budget.ts';
import type { VerdictContext, VerdictSentence } from './verdict-context.ts';
import { headline, steadyChoice } from './verdict-headline.ts';
import { neededWords, openComparisons, seedSpan } from './verdict-lead.ts';
import { modelsSentence } from './verdict-models.ts';
import { DECISION, scope } from './verdict-scope.ts';
import { VerdictWords } from './verdict-words.ts';

/** What a study found, in words. */
export interface Verdict {
  readonly sentences: readonly VerdictSentence[];
  /** For each model the technique that serves at every budget, chosen at most of them; null where there is none. */
  readonly overall: readonly { readonly model: string; readonly technique: string | null }[];
  /** The technique with the best mean at each model and budget; null where a row has no result. */
  readonly choices: readonly {
    readonly model: string;
    readonly budget: number;
    readonly technique: string | null;
    /** It is claimed to be better than at least one other. */
    readonly claimed: boolean;
    /** Other techniques that are not claimed to be worse than any: no difference between them and it is claimed. */
    readonly rivals: readonly string[];
  }[];
}

/**
 * The verdict of a study: what to use overall and at each budget, which differences are claimed, where none can be and
 * how many seeds would be needed, and what all of it holds for. A technique that had not converged is never called
 * worse; one that lost trials is ranked by the seeds that all have; a budget at which a row has no result is not decided.
 */
export function verdict(comparison: StudyComparison, context: VerdictContext): Verdict {
  const words = new VerdictWords(comparison, context);
  const { models, budgets } = context.matrix;
  const judged = models.flatMap((model) =>
    budgets.map((budget) => judgeBudget(comparison, context, words, model, budget)),
  );
  return {
    sentences: [
      ...(context.ranking == null ? [] : [modelsSentence(context.ranking, comparison.confidence, context)]),
      ...models.flatMap((model) => {
        const own = judged.filter((at) => at.model === model);
        return [headline(own, context, words), ...own.flatMap(({ sentences }) => sentences)];
      }),
      ...cheaperAlternatives(judged, comparison, context, words),
      ...seedSentences(comparison, judged, words),
      ...scope(comparison, context, words),
    ],
    overall: models.map((model) => ({
      model,
      technique: steadyChoice(judged.filter((at) => at.model === model)),
    })),
    choices: judged.map(({ model, budget, choice, claims, rivals }) => ({
      model,
      budget,
      technique: choice?.technique ?? null,
      claimed: claims.length > 0,
      rivals: rivals.map(({ technique }) => technique),
    })),
  };
}

/** How many claims there are, and how many seeds the undecided comparisons of the chosen techniques would need. */
function seedSentences(
  comparison: StudyComparison,
  judged: readonly BudgetVerdict[],
  words: VerdictWords,
): VerdictSentence[] {
  const { comparisons, family, confidence } = comparison;
  if (family === 0) return [];
  const claims = comparisons.filter(({ result }) => result !== null && result.noClaim === null);
  const percent = formatNumber(100 * (1 - confidence), 0);
  const summary: VerdictSentence = {
    kind: 'evidence',
    text:
      claims.length === 0
        ? `None of the ${family} stated comparisons shows a difference that can be claimed.`
        : `${claims.length === family ? 'All' : `${claims.length} of the`} ${family} stated comparisons ${claims.length === 1 ? 'shows' : 'show'} a difference; the probability that any of these claims is false is held to ${percent} % where paired differences are symmetric about their mean (${DECISION}).`,
    references: claims.map(({ id }) => id),
  };
  const open = openComparisons(judged);
  if (open.length === 0) return [summary];
  const pairs = new Map<string, string[]>();
  for (const one of open) {
    const pair = `${words.modelPrefix(one.model)}${one.technique} against ${one.reference}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), `${neededWords(one)} with ${words.items([one.budget])}`]);
  }
  const parts = [...pairs].map(([pair, needs]) => `${pair}: ${listWords(needs)}`);
  const span = `from ${seedSpan(open).join(' to ')}, depending on the pair (each is listed with the comparisons)`;
  return [
    summary,
    {
      kind: 'seeds',
      text: `Seeds needed to show differences as large as those observed (with 80 % power, fixed beforehand): ${parts.length > 4 ? span : parts.join('; ')}.`,
      references: open.map(({ id }) => id),
    },
  ];
}
