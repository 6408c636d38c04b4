import { detectableEffect } from '../statistics/paired-power.ts';
import type { StudyComparison, TrialComparison } from './compare-trials.ts';
import { countOf, formatNumber, listWords, plural } from './format-number.ts';
import { cheaperAlternatives } from './verdict-alternative.ts';
import { type BudgetVerdict, judgeBudget } from './verdict-at-budget.ts';
import type { VerdictContext, VerdictSentence } from './verdict-context.ts';
import { headline, steadyChoice } from './verdict-headline.ts';
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
      ...models.flatMap((model) => {
        const own = judged.filter((at) => at.model === model);
        return [headline(own, context, words), ...own.flatMap(({ sentences }) => sentences)];
      }),
      ...cheaperAlternatives(judged, comparison, context, words),
      ...seedSentences(comparison, judged, words),
      ...scope(comparison, context),
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
        : `${claims.length === family ? 'All' : `${claims.length} of the`} ${family} stated comparisons ${claims.length === 1 ? 'shows' : 'show'} a difference; the probability that any of these claims is false is held to ${percent} %.`,
    references: claims.map(({ id }) => id),
  };
  const open = judged
    .flatMap(({ undecided }) => undecided)
    .filter(({ result }) => result?.noClaim === 'not significant' && result.seedsNeeded !== null);
  if (open.length === 0) return [summary];
  const pairs = new Map<string, string[]>();
  for (const one of open) {
    const pair = `${words.modelPrefix(one.model)}${one.technique} against ${one.reference}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), `${neededWords(one)} with ${words.items([one.budget])}`]);
  }
  const parts = [...pairs].map(([pair, needs]) => `${pair}: ${listWords(needs)}`);
  const sorted = [...open].sort((a, b) => a.result!.seedsNeeded!.seeds - b.result!.seedsNeeded!.seeds);
  const span = `from ${neededWords(sorted[0]!)} to ${neededWords(sorted.at(-1)!)}, depending on the pair (each is listed with the comparisons)`;
  return [
    summary,
    {
      kind: 'seeds',
      text: `Seeds needed to show differences as large as those observed (with 80 % power, fixed beforehand): ${parts.length > 4 ? span : parts.join('; ')}.`,
      references: open.map(({ id }) => id),
    },
  ];
}

function neededWords({ result }: TrialComparison): string {
  const { kind, seeds } = result!.seedsNeeded!;
  return `${kind === 'more than' ? 'more than' : 'about'} ${formatNumber(seeds, 0)}`;
}

const FLATTERED =
  'The technique with the best mean was picked from the same numbers, so its mean is likely to be slightly flattered; the claims are adjusted for all comparisons and do not suffer from this.';

/** How learning rates came about, which rows did not get the search, and what the search looked at. */
function rateWords({ learningRates, ratesByHand, item }: VerdictContext): string {
  const one = ratesByHand.length === 1;
  if (learningRates.kind === 'fixed') {
    const others = listWords(ratesByHand.map(({ technique }) => technique));
    const but = ratesByHand.length === 0 ? '' : ` but ${others}`;
    return `The learning rate was fixed by hand (${learningRates.rate}) for all techniques${but}; rates chosen for each could change the order.`;
  }
  const { rates, tuningSeeds: n } = learningRates;
  const searched = `Learning rates were chosen on validation among ${listWords(rates.map(String))} for each technique and budget, with ${countOf(n, 'tuning seed')} that ${n === 1 ? 'is' : 'are'} not reported.`;
  const looked = `The search drew ${n === 1 ? 'a budget of its own' : 'budgets of its own'}, as large as the trial's, from the same training part: a searched rate rests on up to ${n === 1 ? 'as many' : `${formatNumber(n, 0)} times as many`} further target ${plural(item)} as the budget says.`;
  if (ratesByHand.length === 0) return `${searched} ${looked}`;
  const byHand = listWords(ratesByHand.map(({ technique, rate }) => `${technique} (${rate})`));
  return `${searched} ${looked} The ${one ? 'rate' : 'rates'} of ${byHand} ${one ? 'was' : 'were'} fixed by hand: ${one ? 'it' : 'they'} did not get the search, and ${one ? 'a searched one' : 'searched ones'} could change the order.`;
}

/** What the verdict holds for. */
function scope(comparison: StudyComparison, context: VerdictContext): VerdictSentence[] {
  const { matrix, item, target, preTrainings } = context;
  const { primary, family, confidence } = comparison;
  const sentence = (text: string): VerdictSentence => ({ kind: 'scope', text, references: [] });
  const seeds = Math.max(0, ...comparison.cells.map(({ values }) => values.length));
  const power =
    family === 0
      ? 'The study has no technique to compare the others with, so nothing is claimed.'
      : seeds < 2
        ? 'With one seed the spread over seeds is unknown: nothing can be claimed, and any order of the techniques may be chance.'
        : `With ${countOf(seeds, 'seed')} and ${countOf(family, 'comparison')}, a difference is found reliably (80 % power) only where it is at least ${formatNumber(detectableEffect(seeds, (1 - confidence) / family), 1)} times the standard deviation of the paired differences; so 'no difference can be claimed' does not mean that there is none.`;
  const counts = matrix.models.map((model) => preTrainings[model] ?? null);
  const checkpoints = counts.every((count) => count === null || count === 1)
    ? counts.length === 1
      ? 'this one checkpoint'
      : 'these checkpoints, one for each model'
    : `${listWords(matrix.models.map((model, i) => (counts[i] === null ? `one checkpoint of ${model}` : `${countOf(counts[i]!, 'pre-training')} of ${model}`)))}`;
  const test =
    primary.real === undefined
      ? `the test set of ${target}`
      : `the test set of ${target} (${countOf(primary.real, item)})`;
  const models =
    matrix.models.length < 2
      ? []
      : [sentence('Models are listed side by side; no comparison between models is among the stated ones.')];
  return [
    sentence(power),
    sentence(
      `The verdict holds for ${checkpoints} and ${test}; another checkpoint or another test set may order the techniques differently.`,
    ),
    sentence(rateWords(context)),
    ...models,
    ...(seeds < 2 ? [] : [sentence(FLATTERED)]),
  ];
}
