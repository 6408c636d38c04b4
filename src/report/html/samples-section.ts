import { countOf, formatNumber, plural } from '../../study/format-number.ts';
import { trialTable } from '../../study/trial-table.ts';
import type { Media, ReportData, ReportTrial } from '../report-data.ts';
import { type Content, type Html, html } from './markup.ts';
import { picture } from './picture.ts';
import { folded, type Section, section } from './section.ts';
import { named } from './technique-style.ts';
import { tuneFigure } from './tune-figure.ts';

/** What the models generate, side by side: the first seed in full, the others folded. */
export function samplesSection(report: ReportData): Section | null {
  const { study, matrix, leftOut } = report;
  const [first, ...others] = matrix.seeds
    .map((seed) => sampleBlocks(report, seed))
    .map((block, i) => ({ block, seed: matrix.seeds[i]! }))
    .filter(({ block }) => block !== null);
  if (first === undefined) return null;
  const same =
    study.kind === 'image'
      ? 'Pictures in the same place come from the same latent code'
      : 'Texts in the same place are drawn with the same random numbers';
  return section(
    'samples',
    'Samples',
    html`<p>Seed ${first.seed}${matrix.seeds.length > 1 && ', the first one: it was not chosen by its result'}. ${same} in all techniques${study.kind === 'image' && ', so that columns can be compared from top to bottom'}. None of them was picked.${study.kind === 'text' && html` <mark>Marked</mark> is the longest piece that also occurs in the training text.`}</p>`,
    first.block,
    others.map(({ block, seed }) => folded(`Samples of seed ${seed}`, block)),
    reconstructions(report),
    leftOut.length > 0 && html`<p class="note">Left out to keep this file small: ${leftOut.join('; ')}.</p>`,
  );
}

function sampleBlocks(report: ReportData, seed: number): Html | null {
  // Once is enough: the folded seeds have the same.
  const first = seed === report.matrix.seeds[0];
  const real = first ? report.data.find(({ role }) => role === 'target')?.examples : undefined;
  const word =
    report.study.kind === 'image' ? 'pictures' : plural(report.study.item === 'tune' ? 'tune' : 'text');
  return mediaBlocks(
    report,
    {
      seed,
      pick: ({ samples }) => samples,
      describe: (technique, budget) =>
        `Samples of ${technique} with ${countOf(budget, report.study.item)}, seed ${seed}`,
    },
    {
      before:
        real &&
        html`<figure class="strip"><figcaption>real test ${word}</figcaption>${show(real, `Real test ${word} of ${report.study.target}`)}</figure>`,
    },
  );
}

/** Which media are shown, and how they are described to those who do not see them. */
export interface MediaChoice {
  readonly seed: number;
  readonly pick: (trial: ReportTrial) => Media | undefined;
  readonly describe: (technique: string, budget: number) => string;
}

/**
 * Media of all techniques of a seed in blocks, one for each model and budget, so that techniques stand below each
 * other and budgets beside each other where there is room. Null where there are none.
 */
export function mediaBlocks(
  report: ReportData,
  choice: MediaChoice,
  { before, budgets = report.matrix.budgets }: { before?: Content; budgets?: readonly number[] } = {},
): Html | null {
  const { matrix, study } = report;
  const blocks = matrix.models.flatMap((model) =>
    budgets.flatMap((budget) => {
      const strips = mediaStrips(report, choice, model, budget);
      if (strips.length === 0) return [];
      return [
        html`<div class="block"><h3>${matrix.models.length > 1 && `${model}, `}${countOf(budget, study.item)}</h3>${before}${strips}</div>`,
      ];
    }),
  );
  return blocks.length === 0 ? null : html`<div class="blocks">${blocks}</div>`;
}

/** Media of all techniques at one budget. */
export function mediaStrips(
  { matrix, techniques, trials }: ReportData,
  { seed, pick, describe }: MediaChoice,
  model: string,
  budget: number,
): Html[] {
  const table = trialTable(matrix, trials);
  const byStep = new Map(trials.map((trial) => [trial.step, trial]));
  return techniques.flatMap((technique) => {
    const found = table.trial({ model, technique: technique.label, budget }, seed);
    const media = found && pick(byStep.get(found.step)!);
    if (media === undefined) return [];
    return [
      html`<figure class="strip"><figcaption>${named(technique)}</figcaption>${show(media, describe(technique.label, budget))}</figure>`,
    ];
  });
}

/** Held-out examples beside what the first seed's models make of them, where the family reconstructs. */
function reconstructions(report: ReportData): Html | null {
  const seed = report.matrix.seeds[0]!;
  const blocks = mediaBlocks(report, {
    seed,
    pick: (trial) => trial.reconstructions,
    describe: (technique, budget) =>
      `Held-out examples, each followed by its reconstruction by ${technique} with ${countOf(budget, report.study.item)}, seed ${seed}`,
  });
  if (blocks === null) return null;
  return folded(
    `Reconstructions of held-out examples (seed ${seed})`,
    html`<p>Pairs from left to right: a test example, then its reconstruction from the code that the model gives it.</p>`,
    blocks,
  );
}

/** A picture, or a list of texts of which the first are shown. */
export function show(media: Media, description: string): Html {
  if (media.kind === 'image') return picture(media, description);
  const { items } = media;
  if (items.length === 0) return html`<p class="note">no texts</p>`;
  const first = shownFirst(items.map(({ text }) => text.length));
  const brief = items.every(({ text }) => text.length <= BRIEF);
  const list = (part: typeof items, start: number) =>
    html`<ol class="texts${brief && ' brief'}" start="${start}">${part.map((item, i) => html`<li>${shownText(item, start + i <= DRAWN)}</li>`)}</ol>`;
  const rest = items.length - first;
  return html`${list(items.slice(0, first), 1)}${rest > 0 && folded(`${formatNumber(rest, 0)} more`, list(items.slice(first), first + 1))}`;
}

/** Tunes that are drawn; further ones can be played. */
const DRAWN = 3;

/** A text, or a tune with its notation folded away. */
function shownText(item: TextItem, drawn: boolean): Content {
  if (item.notation === undefined) return marked(item);
  return [tuneFigure(item.text, item.notation, drawn), folded('as text', marked(item))];
}

/** Texts of up to this many characters stand in columns. */
const BRIEF = 40;
/** Characters that are shown before the rest is folded, and fewest and most texts. */
const SHOWN = { characters: 400, least: 2, most: 12 };

function shownFirst(lengths: readonly number[]): number {
  let count = 0;
  let characters = 0;
  while (count < lengths.length && count < SHOWN.most) {
    characters += lengths[count]!;
    if (count >= SHOWN.least && characters > SHOWN.characters) break;
    count++;
  }
  return count;
}

/** Copied pieces of this many characters are worth a look; shorter ones occur in any text. */
const SHORTEST_COPY = 8;

type TextItem = Extract<Media, { kind: 'text' }>['items'][number];

function marked({ text, copied }: TextItem): Content {
  if (text === '') return html`<span class="note">(empty)</span>`;
  const at = copied === undefined || copied.length < SHORTEST_COPY ? -1 : text.indexOf(copied);
  if (at < 0) return text;
  return html`${text.slice(0, at)}<mark>${copied}</mark>${text.slice(at + copied!.length)}`;
}
