import { countOf, listWords } from '../../study/format-number.ts';
import type { VerdictSentence } from '../../study/verdict-context.ts';
import type { ReportData } from '../report-data.ts';
import { anchor, type Html, html } from './markup.ts';
import { folded } from './section.ts';
import { named } from './technique-style.ts';

/** The verdict in words: what to use, how sure that is, what would make it surer, what it holds for. */
export function verdictSection(report: ReportData): Html {
  const { verdict, matrix, study, best } = report;
  if (verdict === null)
    return html`<section id="verdict"><h2>Verdict</h2><p class="headline">There is no verdict: ${
      report.trials.length === 0 ? 'no trial finished.' : 'nothing could be compared.'
    }</p>${report.warnings.map(({ text }) => html`<p>${text}</p>`)}</section>`;
  const { sentences } = verdict;
  const of = (kind: VerdictSentence['kind'], keep: (s: VerdictSentence) => boolean = () => true) =>
    sentences.filter((s) => s.kind === kind && keep(s));
  const headlines = of('recommendation', ({ budget }) => budget === undefined);
  const summary = of('evidence', ({ budget }) => budget === undefined);
  const cheaper = of('alternative');
  const places = matrix.models.flatMap((model) => matrix.budgets.map((budget) => ({ model, budget })));
  const openBest =
    verdict.choices.find((c) => c.model === best?.cell.model && c.budget === best.cell.budget)?.rivals ?? [];
  return html`<section id="verdict"><h2>Verdict</h2>
${headlines.map(({ text }) => html`<p class="headline">${text}</p>`)}
<div class="budgets">${places.map(({ model, budget }) => {
    const here = sentences.filter(
      (s) => s.model === model && s.budget === budget && s.kind !== 'alternative',
    );
    const title = `${matrix.models.length > 1 ? `${model}, ` : ''}${countOf(budget, study.item)}`;
    const choice = verdict.choices.find((c) => c.model === model && c.budget === budget);
    const chosen = report.techniques.find(({ label }) => label === choice?.technique);
    return html`<article><h3>${title}${chosen === undefined ? ': not decided' : html`: ${named(chosen)}${!choice!.claimed && html` <span class="flag">not proven</span>`}`}</h3>${paragraphs(here.filter(({ kind }) => kind !== 'caution'))}${cautions(here.filter(({ kind }) => kind === 'caution'))}${evidence(report, here)}</article>`;
  })}</div>
<div class="answers">
${best === null ? null : html`<div><h3>The model to use</h3><p>${best.cell.technique} with ${countOf(best.cell.budget, study.item)}, seed ${best.cell.seed}: of the seeds the one with the lowest validation loss${openBest.length > 0 && `; no difference from ${listWords(openBest)} can be claimed`} (<a href="#${anchor('t', best.step)}">trial ${best.step.slice(0, 8)}</a>).</p></div>`}
${answer('How sure is this?', summary)}
${answer('What would make it surer?', of('seeds'), matrix.seeds.length < 2 ? 'More than one seed.' : undefined)}
${answer('For less computing', cheaper)}
</div>
${conditions(of('scope'))}
</section>`;
}

const paragraphs = (sentences: readonly VerdictSentence[]): Html =>
  html`${sentences.map((s) => html`<p class="${s.kind}">${s.text}</p>`)}`;

/** One caution is read at once; of several the number is, so that the decisions stay beside each other. */
function cautions(sentences: readonly VerdictSentence[]): Html {
  if (sentences.length < 2) return paragraphs(sentences);
  return html`<details class="printed"><summary class="caution">${countOf(sentences.length, 'caution')}</summary>${paragraphs(sentences)}</details>`;
}

/** What the verdict holds for: a few conditions are read at once, many are folded. */
function conditions(sentences: readonly VerdictSentence[]): Html {
  const list = html`<ul class="scope">${sentences.map(({ text }) => html`<li>${text}</li>`)}</ul>`;
  if (sentences.length <= 3) return html`<h3>What this holds for</h3>\n${list}`;
  return html`<details class="printed"><summary><b>What this holds for</b> (${countOf(sentences.length, 'condition')})</summary>${list}</details>`;
}

function answer(title: string, sentences: readonly VerdictSentence[], otherwise?: string): Html | null {
  if (sentences.length === 0 && otherwise === undefined) return null;
  return html`<div><h3>${title}</h3>${sentences.length === 0 ? html`<p>${otherwise}</p>` : sentences.map(({ text }) => html`<p>${text}</p>`)}</div>`;
}

/** Links to the comparisons and trials that sentences rest on. */
function evidence({ comparison, trials }: ReportData, sentences: readonly VerdictSentence[]): Html | null {
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
