import { validationCount } from '../data/budget.ts';
import { SIDE } from '../features/network-input.ts';
import { detectableEffect } from '../statistics/paired-power.ts';
import type { StudyComparison } from './compare-trials.ts';
import { countOf, formatNumber, listWords, plural } from './format-number.ts';
import { winnerOf } from './rank-cells.ts';
import type { VerdictContext, VerdictSentence } from './verdict-context.ts';
import type { VerdictWords } from './verdict-words.ts';

const FLATTERED =
  'The technique with the best mean was picked from the same numbers, so its mean is likely to be slightly flattered; the claims are adjusted for all comparisons and do not suffer from this.';

/** What stands in place of a network where distances are those of pixels. */
const PIXELS = 'pixels';

/** The page on what the level of the claims rests on, in the project's documentation. */
export const DECISION = 'docs/decisions/0002-how-differences-are-claimed.md';

/** At which level the intervals in brackets are. */
function bracketWords({ comparisons, family }: StudyComparison): string[] {
  const levels = comparisons.flatMap(({ result }) =>
    result === null || result.interval === null ? [] : [100 * result.intervalConfidence],
  );
  if (levels.length === 0) return [];
  const [low, high] = [Math.min(...levels), Math.max(...levels)].map((level) => formatNumber(level, 1));
  const span = low === high ? `${low} %` : `${low} to ${high} %, depending on the comparison`;
  return [
    `Numbers in brackets are paired t intervals of differences over seeds, at the level at which Holm's adjustment for all ${countOf(family, 'comparison')} decided (${span}); they exclude zero exactly where the difference is significant.`,
  ];
}

/** The condition of the level, and what is known of where it fails. */
function levelWords({ comparisons, confidence }: StudyComparison): string[] {
  if (comparisons.every((one) => winnerOf(one) === undefined)) return [];
  return [
    `The ${formatNumber(100 * (1 - confidence), 0)} % for false claims assume that paired differences are symmetric about their mean, as they are where both sides vary alike; where noise is skewed and one side varies far less than the other (a technique that trains nothing hardly varies), simulated studies claimed falsely in 7 to 18 % (${DECISION}).`,
  ];
}

/** Where the chosen rate was the last of its grid. */
function edgeWords({ edgeRates, matrix }: VerdictContext, words: VerdictWords): string[] {
  if (edgeRates.length === 0) return [];
  const groups = new Map<string, { start: string; budgets: number[] }>();
  for (const { model, technique, budget, rate, end } of edgeRates) {
    const start = `${words.modelPrefix(model)}the ${end} rate (${rate}) for ${technique}`;
    const group = groups.get(start) ?? { start, budgets: [] };
    group.budgets.push(budget);
    groups.set(start, group);
  }
  const parts = [...groups.values()].map(({ start, budgets }) =>
    budgets.length === matrix.budgets.length && budgets.length > 1
      ? `${start} at every budget`
      : `${start} with ${words.items([...budgets].sort((a, b) => a - b))}`,
  );
  return [`At the edge of the grid was chosen ${listWords(parts)}: a wider grid may find better ones.`];
}

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

/** Validation beyond the budgets: what it means for whoever has no more examples than a budget. */
function validationWords({ validation, matrix, item }: VerdictContext): string[] {
  if (validation === undefined) return [];
  const beyond = matrix.budgets.filter((budget) => validation > validationCount(budget));
  if (beyond.length === 0) return [];
  const budgets = listWords(beyond.map((budget) => formatNumber(budget, 0)));
  return [
    `Validation looked at ${countOf(validation, item)}, more than the budget${beyond.length === 1 ? '' : 's'} of ${budgets} hold${beyond.length === 1 ? 's' : ''}: what is said there is for somebody who has so many further target ${plural(item)} to choose weights and rates by.`,
  ];
}

/** By what weights were chosen, where it was not the loss, and whom that favours. */
function looksWords({ looksBySamples = [], matrix, item }: VerdictContext): string[] {
  if (looksBySamples.length === 0) return [];
  const chosen = `Weights and rates of ${listWords(looksBySamples)} were chosen by the kernel distance of samples to validation ${plural(item)}, for the losses of their players do not tell good from bad`;
  if (looksBySamples.length === matrix.models.length) return [`${chosen}.`];
  return [
    `${chosen}; those of the other models by their validation loss, which puts them at a disadvantage in metrics of samples.`,
  ];
}

/** Through whose eyes samples are compared, where that is what decides. */
function networkWords({ primary: { network } }: StudyComparison, { metric, item }: VerdictContext): string[] {
  if (network === undefined || network === PIXELS) return [];
  return [
    `The ${metric} compares ${plural(item)} as the feature network '${network}' sees them: in grey, at ${SIDE}x${SIDE} pixels, by features learnt from letters; it judges neither colour nor finer detail.`,
  ];
}

/** Where what decides is a bound whose gap to the likelihood nobody knows. */
function boundWords({ primary }: StudyComparison, { matrix, metric }: VerdictContext): string[] {
  const { variational = [] } = primary;
  if (variational.length === 0) return [];
  const whose = variational.length === matrix.models.length ? '' : ` of ${listWords(variational)}`;
  return [
    `The ${metric}${whose} is a variational bound: how far it lies from the likelihood is unknown, and part of a difference between techniques may be the bound.`,
  ];
}

/** What the verdict holds for, and how its numbers are to be read. */
export function scope(
  comparison: StudyComparison,
  context: VerdictContext,
  words: VerdictWords,
): VerdictSentence[] {
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
    matrix.models.length < 2 || context.ranking != null
      ? []
      : [sentence('Models are listed side by side; no comparison between models is among the stated ones.')];
  return [
    sentence(power),
    sentence(
      `The verdict holds for ${checkpoints} and ${test}; another checkpoint or another test set may order the techniques differently.`,
    ),
    ...[
      rateWords(context),
      ...(context.ownTraining ?? []).map(
        ({ model, settings }) => `${model} has settings of its own instead: ${settings}.`,
      ),
      ...validationWords(context),
      ...looksWords(context),
      ...boundWords(comparison, context),
      ...networkWords(comparison, context),
      ...edgeWords(context, words),
      ...bracketWords(comparison),
      ...levelWords(comparison),
    ].map(sentence),
    ...models,
    ...(seeds < 2 ? [] : [sentence(FLATTERED)]),
  ];
}
