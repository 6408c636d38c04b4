import { countOf, formatNumber, listWords } from '../../study/format-number.ts';
import { loserOf, winnerOf } from '../../study/rank-cells.ts';
import type { VerdictSentence } from '../../study/verdict-context.ts';
import { keyTables } from '../key-table.ts';
import { primaryOf, type ReportData } from '../report-data.ts';
import { linkedToClaims } from './claims-link.ts';
import { anchor, type Content, type Html, html } from './markup.ts';
import { folded } from './section.ts';
import { named } from './technique-style.ts';

/** Techniques that a line names; of more it gives the number. */
const MOST_NAMED = 3;

/**
 * What is decided at one model and budget: the technique with its value, and what it is and is not better than, to be
 * read at once; the sentences of the verdict, its cautions and what they rest on are folded below.
 */
export function decisionCard(report: ReportData, model: string, budget: number): Html {
  const { verdict, matrix, study, techniques } = report;
  const here = verdict!.sentences.filter(
    (s) => s.model === model && s.budget === budget && s.kind !== 'alternative',
  );
  const cautions = here.filter(({ kind }) => kind === 'caution');
  const choice = verdict!.choices.find((c) => c.model === model && c.budget === budget);
  const chosen = techniques.find(({ label }) => label === choice?.technique);
  return html`<details class="printed decision"><summary><h3>${matrix.models.length > 1 && `${model}, `}${countOf(budget, study.item)}</h3>
<span class="choice">${chosen === undefined ? 'not decided' : html`${named(chosen)}${!choice!.claimed && html` <span class="flag">not proven</span>`}`}</span>
<span class="gist">${chosen === undefined ? 'a technique lacks results' : gist(report, model, budget, chosen.label)}</span>
<span class="more">${['the evidence', ...(cautions.length > 0 ? [countOf(cautions.length, 'caution')] : [])].join(' and ')}</span></summary>
<div class="grounds">${[...here.filter(({ kind }) => kind !== 'caution'), ...cautions].map(({ kind, text }) => html`<p class="${kind}">${linkedToClaims(text)}</p>`)}${restsOn(report, here)}</div></details>`;
}

/** '143.4 ± 3.3 nats per image. Better than source-only; no difference from from-scratch can be claimed.' */
function gist(report: ReportData, model: string, budget: number, technique: string): Content {
  const { matrix, verdict, comparison } = report;
  const row = keyTables(report)
    .find((table) => table.model === model)!
    .rows.find((one) => one.technique === technique)!;
  const { mean, spread } = row.cells[matrix.budgets.indexOf(budget)]!;
  const unit = primaryOf(report)?.unit ?? '';
  const value = [mean, ...(spread === null ? [] : [spread]), ...(unit === '' ? [] : [unit])].join(' ');
  const beaten = comparison!.comparisons.flatMap((one) =>
    one.model === model && one.budget === budget && winnerOf(one) === technique ? (loserOf(one) ?? []) : [],
  );
  const { rivals } = verdict!.choices.find((c) => c.model === model && c.budget === budget)!;
  const better = beaten.length === 0 ? 'The best mean' : `Better than ${few(beaten)}`;
  const open = rivals.length === 0 ? '' : `; no difference from ${few(rivals)} can be claimed`;
  return html`<span class="value">${value}</span> ${better}${open}.`;
}

const few = (labels: readonly string[]): string =>
  labels.length > MOST_NAMED ? `${formatNumber(labels.length, 0)} others` : listWords(labels);

/** Links to the comparisons and trials that sentences rest on. */
function restsOn({ comparison, trials }: ReportData, sentences: readonly VerdictSentence[]): Html | null {
  const references = new Set(sentences.flatMap((s) => s.references));
  const comparisons = (comparison?.comparisons ?? []).filter(({ id }) => references.has(id));
  const steps = new Set([...references].map((id) => id.slice(0, id.indexOf(':'))));
  const used = trials.filter(({ step }) => steps.has(step));
  if (comparisons.length === 0 && used.length === 0) return null;
  return folded(
    'What this rests on',
    comparisons.length > 0 &&
      html`<p>Comparisons: ${links(comparisons.map(({ id, technique, reference }) => [anchor('c', id), `${technique} against ${reference}`]))}</p>`,
    used.length > 0 &&
      html`<p>Trials: ${links(used.map(({ step, result }) => [anchor('t', step), `${result.cell.technique}, seed ${result.cell.seed}`]))}</p>`,
  );
}

function links(targets: readonly (readonly [string, string])[]): Html {
  return html`${targets.map(([id, text], i) => html`${i === 0 ? '' : '; '}<a href="#${id}">${text}</a>`)}`;
}
