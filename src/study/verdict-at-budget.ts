import type { CellSummary, StudyComparison, TrialComparison } from './compare-trials.ts';
import { countOf, listWords } from './format-number.ts';
import { rankCells } from './rank-cells.ts';
import type { VerdictContext, VerdictSentence } from './verdict-context.ts';
import type { VerdictWords } from './verdict-words.ts';

/** Comparisons that a sentence spells out with their numbers; of more it gives the names. */
const MOST_NAMED = 4;

/** The verdict on one model at one budget. */
export interface BudgetVerdict {
  readonly model: string;
  readonly budget: number;
  /** The cell to use; undefined where no trial finished. */
  readonly choice: CellSummary | undefined;
  /** Other cells with a claimed advantage whose stated comparison with the choice shows no difference. */
  readonly equals: readonly CellSummary[];
  /** Claimed comparisons that the choice wins. */
  readonly claims: readonly TrialComparison[];
  /** Comparisons of the choice in which no difference can be claimed for want of evidence. */
  readonly undecided: readonly TrialComparison[];
  readonly sentences: readonly VerdictSentence[];
}

/**
 * Chooses the technique with the best mean among those that are not claimed to be worse than another. Where it can
 * claim no advantage and others can, the best mean among those others is chosen: evidence goes before a lucky mean.
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
  const losers = new Set(here.flatMap((one) => loser(one) ?? []));
  const all = rankCells(cells, comparison.primary.direction);
  // Whatever is claimed to be worse than something else is no choice, unless nothing else is left.
  const standing = all.filter(({ technique }) => !losers.has(technique));
  const ranked = standing.length > 0 ? standing : all;
  const winsOf = ({ technique }: CellSummary) => here.filter((one) => winner(one) === technique);
  const leader = ranked[0];
  const choice =
    leader &&
    (winsOf(leader).length > 0 ? leader : (ranked.find((cell) => winsOf(cell).length > 0) ?? leader));
  const claims = choice === undefined ? [] : winsOf(choice);
  const undecided = here.filter(
    ({ technique, reference, result }) =>
      (technique === choice?.technique || reference === choice?.technique) &&
      (result?.noClaim === 'not significant' || result?.noClaim === 'identical results'),
  );
  const about = { model, budget } as const;
  const equals = ranked.filter(
    (cell) =>
      winsOf(cell).length > 0 &&
      undecided.some(
        ({ technique, reference }) => technique === cell.technique || reference === cell.technique,
      ) &&
      cell !== choice,
  );
  const sentences: VerdictSentence[] = [
    { kind: 'recommendation', ...about, ...choiceText(choice, leader, ranked, claims, context, words) },
    ...otherClaims(here, claims, words).map((one) => ({ kind: 'evidence' as const, ...about, ...one })),
    ...undecidedText(undecided, choice, words).map((one) => ({
      kind: 'evidence' as const,
      ...about,
      ...one,
    })),
    ...cautions(cells, here, context, words).map((one) => ({
      kind: 'caution' as const,
      ...about,
      ...one,
    })),
  ];
  return { model, budget, choice, equals, claims, undecided, sentences };
}

interface Said {
  readonly text: string;
  readonly references: readonly string[];
}

/** Label of the side that a comparison claims to be better. */
function winner({ technique, reference, result }: TrialComparison): string | undefined {
  if (result === null || result.noClaim !== null) return undefined;
  return result.verdict === 'better' ? technique : reference;
}

/** Label of the side that a comparison claims to be worse. */
function loser(one: TrialComparison): string | undefined {
  const won = winner(one);
  return won === undefined ? undefined : won === one.technique ? one.reference : one.technique;
}

function choiceText(
  choice: CellSummary | undefined,
  leader: CellSummary | undefined,
  ranked: readonly CellSummary[],
  claims: readonly TrialComparison[],
  { metric, matrix }: VerdictContext,
  words: VerdictWords,
): Said {
  if (choice === undefined || leader === undefined)
    return { text: 'No trial finished here.', references: [] };
  const { model, budget } = choice;
  const start = `${words.modelPrefix(model)}With ${words.items([budget])}`;
  const mean = (cell: CellSummary) => `${words.amount(cell.mean!, model)}${words.unit}`;
  const numbers = (cell: CellSummary) => cell.values.map(({ measurement }) => measurement);
  const several = matrix.seeds.length > 1 ? 'mean ' : '';
  if (claims.length === 0) {
    const second = ranked[1];
    const next =
      second === undefined ? '' : `, followed by ${second.technique} (${words.amount(second.mean!, model)})`;
    return {
      text: `${start} no advantage of one technique can be claimed; ${leader.technique} has the ${words.superlative} ${several}${metric} (${mean(leader)})${next}.`,
      references: [...numbers(leader), ...(second === undefined ? [] : numbers(second))],
    };
  }
  const nearest = [...claims]
    .sort((x, y) => Math.abs(x.result!.meanDifference) - Math.abs(y.result!.meanDifference))
    .slice(0, claims.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED);
  const seen = claims.filter((one) => nearest.includes(one)).map((one) => words.distance(one, loser(one)!));
  if (nearest.length < claims.length)
    seen.push(`${countOf(claims.length - nearest.length, 'other technique')}`);
  const unchanged = matrix.techniques.some(({ label, trains }) => label === choice.technique && !trains);
  const lead =
    choice === leader
      ? `it has the ${words.superlative} ${several}${metric} (${mean(choice)}) and is`
      : `${leader.technique} has a better ${several}${metric} (${words.amount(leader.mean!, model)} against ${mean(choice)}) but varies too much for a claim; ${choice.technique} is`;
  return {
    text: `${start} use ${choice.technique}${unchanged ? ' (the pre-trained model as it is)' : ''}: ${lead} better than ${listWords(seen, 'and than')}.`,
    references: [
      ...claims.map(({ id }) => id),
      ...numbers(choice),
      ...(choice === leader ? [] : numbers(leader)),
    ],
  };
}

/** Claims that the choice has no part in. */
function otherClaims(
  here: readonly TrialComparison[],
  claims: readonly TrialComparison[],
  words: VerdictWords,
): Said[] {
  const others = here.filter((one) => winner(one) !== undefined && !claims.includes(one));
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
    const text = lost.map((cell) => {
      const found = cell.values.length;
      const without = `${cell.technique} has ${found === 0 ? 'no result' : `a result for ${found} of ${countOf(matrix.seeds.length, 'seed')}`}`;
      return failed(cell) > 0 ? `${without} (${countOf(failed(cell), 'trial')} failed)` : without;
    });
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
