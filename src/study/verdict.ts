import { detectableEffect } from '../statistics/paired-power.ts';
import type { CellSummary, StudyComparison, TrialComparison } from './compare-trials.ts';
import { countOf, formatNumber, listWords, plural } from './format-number.ts';
import { type BudgetVerdict, judgeBudget } from './verdict-at-budget.ts';
import type { VerdictContext, VerdictSentence } from './verdict-context.ts';
import { VerdictWords } from './verdict-words.ts';

/** What a study found, in words. */
export interface Verdict {
  readonly sentences: readonly VerdictSentence[];
  /** For each model the technique that serves at every budget, chosen at most of them; null where there is none. */
  readonly overall: readonly { readonly model: string; readonly technique: string | null }[];
  /** The technique to use at each model and budget; null where no trial finished. */
  readonly choices: readonly {
    readonly model: string;
    readonly budget: number;
    readonly technique: string | null;
    /** It is claimed to be better than at least one reference, or a reference's rival is claimed to be worse than it. */
    readonly claimed: boolean;
  }[];
}

/**
 * The verdict of a study: what to use overall and at each budget, which differences are claimed, where none can be and
 * how many seeds would be needed, and what all of it holds for. A technique that had not converged is never called
 * worse; one that lost trials is ranked by the seeds that all have.
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
        return [overall(own, context, words), ...own.flatMap(({ sentences }) => sentences)];
      }),
      ...cheaper(judged, comparison, context, words),
      ...seedSentences(comparison, judged, words),
      ...scope(comparison, context),
    ],
    overall: models.map((model) => ({
      model,
      technique: steadyChoice(judged.filter((at) => at.model === model)),
    })),
    choices: judged.map(({ model, budget, choice, claims }) => ({
      model,
      budget,
      technique: choice?.technique ?? null,
      claimed: claims.length > 0,
    })),
  };
}

/** The technique of a model over all budgets: the choice at most of them, where it is at the others its equal. */
function steadyChoice(own: readonly BudgetVerdict[]): string | null {
  const chosen = own.filter((at) => at.choice !== undefined);
  const counts = byTechnique(chosen).sort((a, b) => b[1].length - a[1].length);
  const steady = counts.find(([technique]) =>
    chosen.every(({ choice, equals }) => [choice!, ...equals].some((cell) => cell.technique === technique)),
  );
  return steady?.[0] ?? null;
}

/** What to use, over all budgets of a model. */
function overall(
  own: readonly BudgetVerdict[],
  context: VerdictContext,
  words: VerdictWords,
): VerdictSentence {
  const model = own[0]!.model;
  const chosen = own.filter((at) => at.choice !== undefined);
  const say = (text: string): VerdictSentence => ({
    kind: 'recommendation',
    model,
    text: `${words.modelPrefix(model)}${text}`,
    references: chosen.flatMap((at) => [
      ...at.claims.map(({ id }) => id),
      ...at.choice!.values.map(({ measurement }) => measurement),
    ]),
  });
  if (chosen.length === 0) return say('Nothing can be recommended: no trial finished.');
  const everywhere = (technique: string) =>
    chosen.length === own.length && own.length > 1
      ? `${technique} at every budget`
      : `${technique} with ${words.items(chosen.map(({ budget }) => budget))}`;
  const groups = byTechnique(chosen);
  const listed =
    groups.length === 1
      ? everywhere(groups[0]![0])
      : listWords(groups.map(([technique, budgets]) => `${technique} with ${words.items(budgets)}`));
  const claimed = chosen.filter(({ claims }) => claims.length > 0);
  if (claimed.length === 0) {
    const mean = context.matrix.seeds.length > 1 ? 'mean ' : '';
    return say(
      `No technique stands out: no advantage can be claimed at any budget. The best ${mean}${context.metric} was reached by ${listed}.`,
    );
  }
  const doubt =
    claimed.length === chosen.length
      ? ''
      : ` An advantage can be claimed with ${words.items(claimed.map(({ budget }) => budget))} only.`;
  const steady = steadyChoice(own);
  if (steady === null || groups.length === 1) return say(`Use ${listed}.${doubt}`);
  const others = groups
    .filter(([technique]) => technique !== steady)
    .map(([technique, budgets]) => `with ${words.items(budgets)} ${technique} has the better mean`);
  return say(
    `Use ${everywhere(steady)}; ${listWords(others)}, but no difference between the two can be claimed.${doubt}`,
  );
}

/** Chosen techniques in the order of budgets, each with its budgets. */
function byTechnique(chosen: readonly BudgetVerdict[]): [string, number[]][] {
  const groups = new Map<string, number[]>();
  for (const { choice, budget } of chosen)
    groups.set(choice!.technique, [...(groups.get(choice!.technique) ?? []), budget]);
  return [...groups];
}

/** A technique that costs at most half of the chosen one at the largest budget, and what it gives up: no claim, two numbers. */
function cheaper(
  judged: readonly BudgetVerdict[],
  comparison: StudyComparison,
  { matrix, trainingFlops }: VerdictContext,
  words: VerdictWords,
): VerdictSentence[] {
  return matrix.models.flatMap((model): VerdictSentence[] => {
    const at = judged.filter((one) => one.model === model && one.choice !== undefined).at(-1);
    if (at === undefined) return [];
    const { choice, budget } = at;
    const cost = trainingFlops(model, choice!.technique, budget);
    if (cost === null || cost === 0) return [];
    const options = comparison.cells
      .filter((cell) => cell.model === model && cell.budget === budget && complete(cell, choice!))
      .flatMap((cell) => {
        const flops = trainingFlops(model, cell.technique, budget);
        return flops !== null && flops > 0 && flops <= cost / 2 ? [{ cell, flops }] : [];
      })
      .sort((a, b) => words.sign * (a.cell.mean! - b.cell.mean!));
    const best = options[0];
    if (best === undefined) return [];
    const loss = words.sign * (best.cell.mean! - choice!.mean!);
    const place = `${words.amount(Math.abs(loss), model)}${words.unit} ${loss < 0 ? 'ahead in the mean' : 'behind'}`;
    return [
      {
        kind: 'alternative',
        model,
        budget,
        text: `${words.modelPrefix(model)}Where computing is short: with ${words.items([budget])}, ${best.cell.technique} trains with ${formatNumber((100 * best.flops) / cost, 0)} % of the operations of ${choice!.technique} and is ${place}.`,
        references: [...best.cell.values, ...choice!.values].map(({ measurement }) => measurement),
      },
    ];
  });
}

const complete = (cell: CellSummary, choice: CellSummary): boolean =>
  cell.technique !== choice.technique && cell.mean !== null && cell.values.length === choice.values.length;

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
