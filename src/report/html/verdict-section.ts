import { countOf } from '../../study/format-number.ts';
import type { VerdictSentence } from '../../study/verdict-context.ts';
import { firstSentence } from '../first-sentence.ts';
import type { ReportData } from '../report-data.ts';
import { linkedToClaims } from './claims-link.ts';
import { decisionCard } from './decision-card.ts';
import { anchor, type Content, type Html, html } from './markup.ts';

/** The verdict in words: what to use, at each budget, how sure that is, what would make it surer, what it holds for. */
export function verdictSection(report: ReportData): Html {
  const { verdict, matrix } = report;
  if (verdict === null)
    return html`<section id="verdict"><h2>Verdict</h2><p class="headline">There is no verdict: ${
      report.trials.length === 0 ? 'no trial finished.' : 'nothing could be compared.'
    }</p>${report.warnings.map(({ text }) => html`<p>${text}</p>`)}</section>`;
  const of = (kind: VerdictSentence['kind'], keep: (s: VerdictSentence) => boolean = () => true) =>
    verdict.sentences.filter((s) => s.kind === kind && keep(s));
  const general = ({ budget }: VerdictSentence) => budget === undefined;
  const answers = [
    modelToUse(report),
    answer('How sure is this?', of('evidence', general)),
    answer(
      'What would make it surer?',
      of('seeds'),
      matrix.seeds.length < 2 ? 'More than one seed.' : undefined,
      'folded',
    ),
    answer('For less computing', of('alternative'), undefined, 'folded'),
  ].filter((one) => one !== null);
  return html`<section id="verdict"><h2>Verdict</h2>
${headlines(of('models'), of('recommendation', general))}
<div class="decisions">${matrix.models.map((model) => matrix.budgets.map((budget) => decisionCard(report, model, budget)))}</div>
<div class="answers" style="--few:${answers.length === 3 ? 3 : 2};--many:${answers.length}">${answers}</div>
${conditions(of('scope'))}
</section>`;
}

/** What is read first: of several models their order, then what is said of each. */
function headlines(models: readonly VerdictSentence[], each: readonly VerdictSentence[]): Html {
  const first = models.length > 0 ? models : each;
  return html`${first.map(({ text }) => headline(text))}${
    first !== each &&
    html`<details class="printed"><summary>What to use of each model</summary><ul>${each.map(({ text }) => html`<li>${text}</li>`)}</ul></details>`
  }`;
}

/** The first sentence in large letters. */
function headline(text: string): Html {
  const [first, rest] = firstSentence(text);
  return rest === ''
    ? html`<p class="headline">${first}</p>`
    : html`<p class="opening"><span class="headline">${first}</span>${rest}</p>`;
}

function modelToUse({ best, study, matrix }: ReportData): Html | null {
  if (best === null) return null;
  const { cell, step } = best;
  return html`<div><h3>The model to use</h3><p>${matrix.models.length > 1 && `${cell.model}, `}${cell.technique} with ${countOf(cell.budget, study.item)}, seed ${cell.seed}: of its seeds the one with the lowest validation loss (<a href="#${anchor('t', step)}">trial ${step.slice(0, 8)}</a>).</p></div>`;
}

/** Sentences under a question; where they are not what most come for, they are folded on narrow pages. */
function answer(
  title: string,
  sentences: readonly VerdictSentence[],
  otherwise?: string,
  shown: 'open' | 'folded' = 'open',
): Html | null {
  if (sentences.length === 0 && otherwise === undefined) return null;
  const body: Content =
    sentences.length === 0
      ? html`<p>${otherwise}</p>`
      : sentences.map(({ text }) => html`<p>${linkedToClaims(text)}</p>`);
  if (shown === 'open') return html`<div><h3>${title}</h3>${body}</div>`;
  return html`<details class="printed opens"><summary><h3>${title}</h3></summary>${body}</details>`;
}

/** What the verdict holds for: a few conditions are read at once, many are folded. */
function conditions(sentences: readonly VerdictSentence[]): Html {
  const list = html`<ul class="scope">${sentences.map(({ text }) => html`<li>${linkedToClaims(text)}</li>`)}</ul>`;
  if (sentences.length <= 3) return html`<h3>What this holds for</h3>\n${list}`;
  return html`<details class="printed"><summary><b>What this holds for</b> (${countOf(sentences.length, 'condition')})</summary>${list}</details>`;
}
