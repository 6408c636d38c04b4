import { metrics } from '../../metrics/index.ts';
import type { Metric } from '../../metrics/metric.ts';
import { withoutHash } from '../../models/training-history.ts';
import type { Evaluation } from '../../study/evaluate-checkpoint.ts';
import { formatSignificant } from '../../study/format-number.ts';
import { unitInWords } from '../../study/metric-in-words.ts';
import { costRows, measurementFacts, measurementGroups, remarks, scaleRows } from '../evaluation-tables.ts';
import { formatBytes } from '../format-quantity.ts';
import { readMedia } from '../read-media.ts';
import type { Media } from '../report-data.ts';
import { htmlPage } from './html-page.ts';
import { type Html, html } from './markup.ts';
import { show } from './samples-section.ts';
import { folded, scrolling, section } from './section.ts';

/** The evaluation of one model as a page that needs nothing else. `folder` holds its pictures. */
export function evaluationHtml(evaluation: Evaluation, folder: string, version: string): string {
  const { label, family, item, target, source, trainedOn, trial, suitability } = evaluation;
  const facts = [
    `${family}, ${trial.cost.parameters.toLocaleString('en-US')} parameters, ${formatBytes(trial.cost.fileSize)}`,
    `evaluated on ${target}`,
    ...(trainedOn === undefined ? [] : [`trained on ${withoutHash(trainedOn)}`]),
  ];
  const sections = [
    section(
      'suitability',
      'Suitability',
      html`<p class="headline">${suitability.conclusion}</p><p><b>${suitability.suggestion}</b></p>
<div class="pair early"><div><h3>How this was judged</h3>${scrolling(html`<table class="cards"><thead><tr><th scope="col">question</th><th scope="col">found</th><th scope="col">answer</th></tr></thead><tbody>${suitability.path.map(({ question, found, answer }, i) => html`<tr><th scope="row">${i + 1}. ${question}</th><td class="whole" data-label="found">${found}</td><td class="whole" data-label="answer">${answer}</td></tr>`)}</tbody></table>`)}<p class="note">${suitability.limits}</p></div>
<div><h3>What was found</h3><ul>${suitability.evidence.map(({ text, measurements }) => html`<li title="${measurements.join('; ')}">${text}</li>`)}</ul></div></div>`,
    ),
    ...pictures(evaluation, folder),
    section(
      'numbers',
      'Numbers',
      html`<div class="pair">${numberTables(evaluation)}</div>`,
      scaleRows(evaluation).length > 0 && html`<h3>For scale</h3>${rowsTable(scaleRows(evaluation))}`,
      explanations(evaluation),
    ),
    section('cost', 'Cost', rowsTable(costRows(evaluation))),
    ...(remarks(evaluation).length === 0
      ? []
      : [
          section(
            'remarks',
            'Remarks',
            html`<ul>${remarks(evaluation).map((text) => html`<li>${text}</li>`)}</ul>`,
          ),
        ]),
    section(
      'methods',
      'How this was measured',
      html`<p>Nothing was trained. Test items of the target${source !== undefined && ' and of what the model was trained on'} were read once, drawn by a fixed seed. The suitability rests on the likelihood${evaluation.reference !== undefined && html`, between the model's own domain and ${evaluation.reference.what} (${formatSignificant(evaluation.reference.value, 4)} ${unitInWords(evaluation.reference.unit, item)})`}, by the steps above. The suggestion follows from them; it is a place to start, not a finding. Weights: SHA-256 <code title="${trial.weightsHash}">${trial.weightsHash.slice(0, 16)}…</code>.</p>`,
    ),
  ];
  const title = `${label} on ${target}`;
  return htmlPage({ title, heading: title, facts, sections, footer: `Made by Graft ${version}.`, version });
}

function pictures({ trial, target }: Evaluation, folder: string) {
  const { samples, nearest, reconstructions } = trial.files;
  const one = (title: string, file: string | undefined, note: string): Html | null => {
    if (file === undefined) return null;
    const media: Media = readMedia(folder, file);
    return html`<div class="block"><h3>${title}</h3><p class="note">${note}</p>${show(media, title)}</div>`;
  };
  if ([samples, nearest, reconstructions].every((file) => file === undefined)) return [];
  return [
    section(
      'samples',
      'Samples',
      html`<div class="blocks">${[
        one('Samples', samples, 'What the model makes, one draw, nothing chosen.'),
        one(
          'Nearest',
          nearest,
          `Each sample beside the nearest training example of ${target}, by the distance of pixels.`,
        ),
        one(
          'Reconstructions',
          reconstructions,
          'Test items of the target, each beside what the model gives back.',
        ),
      ]}</div>`,
    ),
  ];
}

/** Names and their values. */
const rowsTable = (rows: readonly (readonly [string, string])[]): Html =>
  scrolling(
    html`<table><tbody>${rows.map(([what, value]) => html`<tr><th scope="row">${what}</th><td>${value}</td></tr>`)}</tbody></table>`,
  );

function numberTables(evaluation: Evaluation): Html[] {
  const { item } = evaluation;
  return measurementGroups(evaluation).map(
    ({ title, rows }) =>
      html`<div><h3>${title}</h3>${scrolling(
        html`<table class="metrics cards"><thead><tr><th scope="col">metric</th><th scope="col">value</th><th scope="col">unit</th><th scope="col">measured on</th></tr></thead><tbody>${rows.map(
          (m) =>
            html`<tr><th scope="row">${m.metric} ${m.direction === 'lower' ? '↓' : '↑'}</th><td data-label="value">${formatSignificant(m.value, 4)}${m.standardError !== undefined && ` ± ${formatSignificant(m.standardError, 2)}`}</td><td data-label="unit">${unitInWords(m.unit, item)}</td><td class="whole" data-label="on">${measurementFacts(m)}</td></tr>`,
        )}</tbody></table>`,
      )}</div>`,
  );
}

function explanations({ measurements }: Evaluation): Html {
  const known = metrics as Record<string, Pick<Metric, 'title' | 'summary'>>;
  const names = [...new Set(measurements.map(({ metric }) => metric))];
  return folded(
    'What the metrics mean',
    html`<p>↓ lower is better, ↑ higher is better; ± is the standard error over items, where it is known.</p><dl>${names.map((name) => html`<dt>${known[name]?.title ?? name} <code>${name}</code></dt><dd>${known[name]?.summary ?? ''}</dd>`)}</dl>`,
  );
}
