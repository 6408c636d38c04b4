import type { CellSummary, StudyComparison, TrialComparison } from './compare-trials.ts';
import { countOf, listWords } from './format-number.ts';
import { loserOf, rankCells, standingCells, winnerOf } from './rank-cells.ts';
import type { Said, VerdictContext, VerdictSentence } from './verdict-context.ts';
import { doubts } from './verdict-doubts.ts';
import type { VerdictWords } from './verdict-words.ts';

/** Comparisons that a sentence spells out with their numbers; of more it gives the names. */
const MOST_NAMED = 4;

/** The verdict on one model at one budget. */
export interface BudgetVerdict {
  readonly model: string;
  readonly budget: number;
  /** The cell to use: the best mean; undefined where a row has no result. */
  readonly choice: CellSummary | undefined;
  /** The next best mean, claimed to be worse or not; undefined where there is none. */
  readonly next: CellSummary | undefined;
  /** Cells without results enough for a choice. */
  readonly missing: readonly CellSummary[];
  /** Other cells that are not claimed to be worse than any, for no difference from the choice can be claimed. */
  readonly rivals: readonly CellSummary[];
  /** Other cells that would be claimed to be worse than the choice, had their training converged. */
  readonly spared: readonly CellSummary[];
  /** Those of them with a claimed advantage whose stated comparison with the choice shows no difference. */
  readonly equals: readonly CellSummary[];
  /** Claimed comparisons that the choice wins. */
  readonly claims: readonly TrialComparison[];
  /** Comparisons of the choice in which no difference can be claimed for want of evidence. */
  readonly undecided: readonly TrialComparison[];
  readonly sentences: readonly VerdictSentence[];
}

/**
 * Chooses the technique with the best mean among those that are not claimed to be worse than another, and says among
 * which ones no difference can be claimed. That a technique beats a third one lifts it above no undecided better mean.
 * Nothing is chosen where a row of the matrix has no result.
 */
export function judgeBudget(
  comparison: StudyComparison,
  context: VerdictContext,
  words: VerdictWords,
  model: string,
  budget: number,
): BudgetVerdict {
  const cells = comparison.cells.filter((cell) => cell.model === model && cell.budget === budget);
  const here = comparison.comparisons.filter((one) => one.model === model && one.budget === budget);
  const { standing, missing, choice } = standingCells(cells, here, comparison.primary.direction);
  const next = rankCells(cells, comparison.primary.direction).find((cell) => cell !== choice);
  const winsOf = (label: string | undefined) => here.filter((one) => winnerOf(one) === label);
  const claims = choice === undefined ? [] : winsOf(choice.technique);
  const takesPart = (one: TrialComparison, label: string | undefined) =>
    one.technique === label || one.reference === label;
  const others = choice === undefined ? [] : standing.filter((cell) => cell !== choice);
  const isSpared = (cell: CellSummary) =>
    here.some(
      (one) =>
        one.result?.noClaim === 'not converged' &&
        takesPart(one, cell.technique) &&
        takesPart(one, choice!.technique),
    );
  const spared = others.filter(isSpared);
  const rivals = others.filter((cell) => !isSpared(cell));
  const undecided = here.filter(
    (one) =>
      takesPart(one, choice?.technique) &&
      (one.result?.noClaim === 'not significant' || one.result?.noClaim === 'identical results'),
  );
  const equals = rivals.filter(
    ({ technique }) => winsOf(technique).length > 0 && undecided.some((one) => takesPart(one, technique)),
  );
  const about = { model, budget } as const;
  const choiceSaid =
    choice === undefined
      ? notDecidedText(standing, missing, about, context, words)
      : choiceText({ choice, rivals, spared, claims }, here, context, words);
  const said = new Set(choiceSaid.references);
  const evidence = [
    ...otherClaims(
      here.filter(({ id }) => !said.has(id)),
      words,
    ),
    ...undecidedText(undecided, choice, words),
  ];
  const sentences: VerdictSentence[] = [
    { kind: 'recommendation', ...about, ...choiceSaid },
    ...evidence.map((one) => ({ kind: 'evidence' as const, ...about, ...one })),
    ...[...cautions(cells, here, context, words), ...doubts(cells, here, words)].map((one) => ({
      kind: 'caution' as const,
      ...about,
      ...one,
    })),
  ];
  return { model, budget, choice, next, missing, rivals, spared, equals, claims, undecided, sentences };
}

const numbersOf = (cell: CellSummary): string[] => cell.values.map(({ measurement }) => measurement);

/** Why nothing is chosen, and what is ahead of the rest. */
function notDecidedText(
  standing: readonly CellSummary[],
  missing: readonly CellSummary[],
  { model, budget }: { model: string; budget: number },
  context: VerdictContext,
  words: VerdictWords,
): Said {
  const start = `${words.modelPrefix(model)}With ${words.items([budget])}`;
  const first = standing[0];
  if (first === undefined)
    return { text: `${start} nothing is decided: no trial finished here.`, references: [] };
  const ahead = ` Of the others ${first.technique} has the ${words.superlative} ${several(context)}${context.metric} so far (${words.amount(first.mean!, model)}${words.unit}).`;
  return {
    text: `${start} nothing is decided: ${words.lacking(missing)}.${ahead}`,
    references: numbersOf(first),
  };
}

const several = ({ matrix }: VerdictContext): string => (matrix.seeds.length > 1 ? 'mean ' : '');

/**
 * What to use where every row has a result: the best mean, what it is claimed to be better than, and among which
 * techniques no difference can be claimed.
 */
function choiceText(
  {
    choice,
    rivals,
    spared,
    claims,
  }: Pick<BudgetVerdict, 'rivals' | 'spared' | 'claims'> & {
    readonly choice: CellSummary;
  },
  here: readonly TrialComparison[],
  context: VerdictContext,
  words: VerdictWords,
): Said {
  const { model, budget, technique } = choice;
  const start = `${words.modelPrefix(model)}With ${words.items([budget])}`;
  const mean = (cell: CellSummary) => `${words.amount(cell.mean!, model)}${words.unit}`;
  const best = `${words.superlative} ${several(context)}${context.metric}`;
  const beaten = here.filter((one) => loserOf(one) !== undefined);
  if (beaten.length === 0) {
    const second = rivals[0];
    const next =
      second === undefined ? '' : `, followed by ${second.technique} (${words.amount(second.mean!, model)})`;
    return {
      text: `${start} no advantage of one technique can be claimed; ${technique} has the ${best} (${mean(choice)})${next}.`,
      references: [...numbersOf(choice), ...(second === undefined ? [] : numbersOf(second))],
    };
  }
  const young = sparedText(spared) === '' ? '' : `; ${sparedText(spared)}`;
  const among = `${rivals.length === 1 ? 'between' : 'among'} ${listWords([choice, ...rivals].map((cell) => cell.technique))}`;
  if (claims.length === 0) {
    const shown = beaten.length > MOST_NAMED ? grouped(beaten) : spelled(beaten, words);
    return {
      text: `${start} ${rivals.length === 0 ? '' : `no difference can be claimed ${among}; `}${shown}${young}. ${technique} has the ${best} (${mean(choice)}), which is not proven to be better than any other.`,
      references: [...beaten.map(({ id }) => id), ...numbersOf(choice)],
    };
  }
  const nearest = [...claims]
    .sort((x, y) => Math.abs(x.result!.meanDifference) - Math.abs(y.result!.meanDifference))
    .slice(0, claims.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED);
  const seen = claims.filter((one) => nearest.includes(one)).map((one) => words.distance(one, loserOf(one)!));
  if (nearest.length < claims.length)
    seen.push(`${countOf(claims.length - nearest.length, 'other technique')}`);
  const unchanged = context.matrix.techniques.some(({ label, trains }) => label === technique && !trains);
  const open = rivals.length === 0 ? '' : `; no difference can be claimed ${among}`;
  return {
    text: `${start} use ${technique}${unchanged ? ' (the pre-trained model as it is)' : ''}: it has the ${best} (${mean(choice)}) and is better than ${listWords(seen, 'and than')}${open}${young}.`,
    references: [...claims.map(({ id }) => id), ...numbersOf(choice)],
  };
}

/** Who is not called worse only because its training had not converged. */
export function sparedText(spared: readonly CellSummary[]): string {
  if (spared.length === 0) return '';
  const names = listWords(spared.map(({ technique }) => technique));
  return `${names} had not converged and ${spared.length === 1 ? 'is' : 'are'} therefore not called worse`;
}

/** 'from-scratch is worse than source-only by 12 (8 to 16)': claims one by one, the loser first. */
function spelled(claimed: readonly TrialComparison[], words: VerdictWords): string {
  const losers = new Map<string, string[]>();
  for (const one of claimed)
    losers.set(loserOf(one)!, [...(losers.get(loserOf(one)!) ?? []), words.distance(one, winnerOf(one)!)]);
  return [...losers]
    .map(([loser, winners]) => `${loser} is worse than ${listWords(winners, 'and than')}`)
    .join('; ');
}

/** Claims that no sentence has named yet. */
function otherClaims(here: readonly TrialComparison[], words: VerdictWords): Said[] {
  const others = here.filter((one) => winnerOf(one) !== undefined);
  if (others.length === 0) return [];
  return [
    {
      text: `Also claimed: ${others.length > MOST_NAMED ? grouped(others) : others.map((one) => `${one.technique} is ${one.result!.verdict} than ${words.distance(one, one.reference)}`).join('; ')}.`,
      references: others.map(({ id }) => id),
    },
  ];
}

/** 'better than from-scratch: a, b and c; worse than fine-tune: d': where single numbers would fill a page. */
function grouped(claimed: readonly TrialComparison[]): string {
  const groups = new Map<string, string[]>();
  for (const { technique, reference, result } of claimed) {
    const group = `${result!.verdict} than ${reference}`;
    groups.set(group, [...(groups.get(group) ?? []), technique]);
  }
  return [...groups].map(([group, techniques]) => `${group}: ${listWords(techniques)}`).join('; ');
}

function undecidedText(
  undecided: readonly TrialComparison[],
  choice: CellSummary | undefined,
  words: VerdictWords,
): Said[] {
  if (undecided.length === 0) return [];
  if (undecided.length > MOST_NAMED) {
    const others = undecided.map((one) =>
      one.technique === choice?.technique ? one.reference : one.technique,
    );
    return [
      {
        text: `No difference can be claimed between ${choice?.technique} and ${listWords(others)}.`,
        references: undecided.map(({ id }) => id),
      },
    ];
  }
  return [
    {
      text: `No difference can be claimed (${words.sign > 0 ? 'below' : 'above'} zero would favour the first named): ${undecided.map((one) => words.difference(one)).join('; ')}${words.unit}.`,
      references: undecided.map(({ id }) => id),
    },
  ];
}

/** Lost trials, unfinished training, single seeds: what keeps a cell from being judged like the others. */
function cautions(
  cells: readonly CellSummary[],
  here: readonly TrialComparison[],
  { matrix, failures }: VerdictContext,
  words: VerdictWords,
): Said[] {
  const said: Said[] = [];
  const first = cells[0]!;
  const label = `With ${words.items([first.budget])}`;
  const lost = cells.filter(({ values }) => values.length < matrix.seeds.length);
  if (lost.length > 0) {
    const failed = ({ technique }: CellSummary) =>
      failures.filter(
        (f) => f.model === first.model && f.budget === first.budget && f.technique === technique,
      ).length;
    const broken = lost.filter((cell) => failed(cell) > 0);
    const text = broken.map((cell) => `${words.lacking([cell])} (${countOf(failed(cell), 'trial')} failed)`);
    const others = lost.filter((cell) => !broken.includes(cell));
    if (others.length > 0) text.push(words.lacking(others));
    const ranked = lost.some(({ values }) => values.length > 1)
      ? '; it is ranked by the seeds that all have'
      : '';
    said.push({
      text: `${label} ${listWords(text)}${ranked}.`,
      references: lost.flatMap(({ values }) => values.map(({ measurement }) => measurement)),
    });
  }
  const open = cells.filter(({ converged, mean }) => mean !== null && !converged);
  if (open.length > 0)
    said.push({
      text: `${label} the training of ${listWords(open.map(({ technique }) => technique))} had not converged (validation was still improving at the end, or stages were left): ${open.length > 1 ? 'they are' : 'it is'} not called worse, and longer training may change the order.`,
      references: open.flatMap(({ values }) =>
        values.filter(({ converged }) => !converged).map(({ measurement }) => measurement),
      ),
    });
  const spared = here.filter(({ result }) => result?.noClaim === 'not converged');
  if (spared.length > 0)
    said.push({
      text: `${label} nothing is claimed where the weaker side had not converged: ${spared.map((one) => words.difference(one)).join('; ')}${words.unit}.`,
      references: spared.map(({ id }) => id),
    });
  return said;
}
