import type { CellSummary, TrialComparison } from './compare-trials.ts';
import { formatNumber, listWords } from './format-number.ts';
import { winnerOf } from './rank-cells.ts';
import type { Said } from './verdict-context.ts';
import type { VerdictWords } from './verdict-words.ts';

/** Mean effective samples below which a bound says little of the likelihood. */
const FEW_SAMPLES = 10;

/** Claims that another feature network would turn round: how far the verdict depends on the one that decides. */
function networkDoubts(
  cells: readonly CellSummary[],
  claimed: readonly TrialComparison[],
  label: string,
): Said[] {
  const cell = (technique: string) => cells.find((one) => one.technique === technique)!;
  const networks = new Set(cells.flatMap(({ otherNetworks }) => Object.keys(otherNetworks)));
  return [...networks].flatMap((network): Said[] => {
    const judged = claimed.flatMap((one) => {
      const [a, b] = [one.technique, one.reference].map((name) => cell(name).otherNetworks[network]);
      if (a === undefined || b === undefined) return [];
      return [{ one, turned: (a - b) * one.result!.meanDifference < 0 }];
    });
    const turned = judged.filter((entry) => entry.turned).map(({ one }) => one);
    if (turned.length === 0) return [];
    const pairs = turned.map(({ technique, reference }) => `${technique} and ${reference}`);
    return [
      {
        text: `${label} the feature network '${network}' has the means of ${listWords(pairs, 'and of')} the other way round: ${turned.length === 1 ? 'that claim depends' : 'those claims depend'} on the network that judges.`,
        references: turned.map(({ id }) => id),
      },
    ];
  });
}

/**
 * What weakens claims at one budget: sides that spread unequally over seeds, bounds that are loose or unequally so,
 * feature networks that disagree.
 */
export function doubts(
  cells: readonly CellSummary[],
  here: readonly TrialComparison[],
  words: VerdictWords,
): Said[] {
  const first = cells[0];
  if (first === undefined) return [];
  const label = `${words.modelPrefix(first.model)}With ${words.items([first.budget])}`;
  const pair = ({ technique, reference }: TrialComparison) => `${technique} and ${reference}`;
  const claimed = here.filter((one) => winnerOf(one) !== undefined);
  const unequal = claimed.filter(({ unequalSpread }) => unequalSpread);
  const said: Said[] = [];
  if (unequal.length > 0)
    said.push({
      text: `${label} one side varies over seeds at least three times as much as the other in the ${unequal.length === 1 ? 'claim' : 'claims'} on ${listWords(unequal.map(pair), 'and on')}: the level of such a claim does not hold where noise is skewed.`,
      references: unequal.map(({ id }) => id),
    });
  const bound = (label: string) => cells.find(({ technique }) => technique === label)?.bound ?? null;
  const looser = claimed.flatMap((one) => {
    const [a, b] = [bound(one.technique), bound(one.reference)];
    if (a === null || b === null || Math.abs(a.gap - b.gap) <= Math.abs(one.result!.meanDifference))
      return [];
    const [loose, tight] = a.gap > b.gap ? [one.technique, one.reference] : [one.reference, one.technique];
    const size = words.amount(Math.abs(a.gap - b.gap), one.model);
    return [{ one, text: `by ${size}${words.unit} for ${loose} than for ${tight}` }];
  });
  if (looser.length > 0)
    said.push({
      text: `${label} the ELBO is looser ${listWords(looser.map(({ text }) => text))}, more than the claimed difference: part of the difference may be the bound.`,
      references: looser.map(({ one }) => one.id),
    });
  said.push(...networkDoubts(cells, claimed, label));
  const few = cells.filter((cell) => cell.bound !== null && cell.bound.effectiveSamples < FEW_SAMPLES);
  if (few.length > 0)
    said.push({
      text: `${label} the bound on the likelihood rests on few effective samples (mean over items: ${listWords(few.map(({ technique, bound: b }) => `${technique} ${formatNumber(b!.effectiveSamples, 1)}`))}): it may be far from the likelihood, further for one technique than for another, and part of a difference may be the bound.`,
      references: few.flatMap(({ values }) => values.map(({ measurement }) => measurement)),
    });
  return said;
}
