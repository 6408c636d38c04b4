import { bibtex, citationText } from '../../citation.ts';
import { formatNumber, formatSignificant, plural } from '../../study/format-number.ts';
import { formatCount, formatDuration, formatFlops } from '../format-quantity.ts';
import type { DataDescription, ModelDescription, ReportData } from '../report-data.ts';
import { type Html, html } from './markup.ts';
import { show } from './samples-section.ts';
import { folded, type Section, scrolling, section } from './section.ts';
import { named } from './technique-style.ts';

/** Data, models and techniques of the study. */
export function materialSection({ data, models, techniques }: ReportData): Section {
  return section(
    'material',
    'Data, models, techniques',
    scrolling(
      html`<table class="list cards"><thead><tr><th>data</th><th>role</th><th>training</th><th>validation</th><th>test</th><th>duplicates removed</th><th>overlap removed</th><th>notes</th></tr></thead><tbody>${data.map(dataRow)}</tbody></table>`,
    ),
    scrolling(
      html`<table class="list cards"><thead><tr><th>model</th><th>parameters</th><th>where it comes from</th><th>pre-training</th></tr></thead><tbody>${models.map(modelRow)}</tbody></table>`,
    ),
    html`<dl class="techniques">${techniques.map((technique) => html`<dt>${named(technique)}</dt><dd>${technique.summary}</dd>`)}</dl>`,
    data.flatMap(({ examples, name, role }) =>
      examples === undefined || role === 'target'
        ? []
        : [
            html`<figure class="strip"><figcaption>${name}: test examples</figcaption>${show(examples, `Test examples of ${name}`)}</figure>`,
          ],
    ),
  );
}

function dataRow({
  name,
  role,
  counts,
  unit,
  duplicatesRemoved,
  overlapRemoved,
  unseenOverlapRemoved,
  division,
  notes,
  licence,
  hash,
}: DataDescription): Html {
  const words = { source: 'source', target: 'target', unseen: 'never trained on' }[role];
  return html`<tr><th scope="row">${name}</th><td data-label="role">${words}</td><td data-label="training">${formatNumber(counts.train, 0)} ${plural(unit)}</td><td data-label="validation">${formatNumber(counts.validation, 0)}</td><td data-label="test">${formatNumber(counts.test, 0)}</td><td data-label="duplicates removed">${formatNumber(duplicatesRemoved, 0)}</td><td class="whole" data-label="overlap removed">${overlapText(overlapRemoved, unseenOverlapRemoved)}</td><td class="whole">${[division, ...notes, ...(licence === undefined ? [] : [licence])].join('; ')}; <code title="${hash}">${hash.slice(0, 12)}</code></td></tr>`;
}

/** Items of the source that others hold out: of the target, and of data never trained on where there are any. */
function overlapText(target: number | null, unseen: number | null): string {
  if (target === null) return '–';
  const held = `${formatNumber(target, 0)} that the target holds out`;
  return unseen === null ? held : `${held}, ${formatNumber(unseen, 0)} in data never trained on`;
}

function modelRow({ label, family, parameters, origin, pretraining }: ModelDescription): Html {
  return html`<tr><th scope="row">${label}${family !== label && html` <span class="note">${family}</span>`}</th><td data-label="parameters">${formatCount(parameters)}</td><td class="whole" data-label="from">${origin}</td><td class="whole" data-label="pre-training">${
    pretraining.length === 0
      ? '–'
      : pretraining.map(
          ({ step, steps, validation, unit, flops, seconds }, i) =>
            html`${i > 0 && html`<br>`}${formatNumber(steps, 0)} updates, ${formatFlops(flops)}, ${formatDuration(seconds)}, validation loss ${formatSignificant(validation, 4)} ${unit} <code title="${step}">${step.slice(0, 12)}</code>`,
        )
  }</td></tr>`;
}

/** A methods section to take over that says what the study was run with, too, and the works to cite. */
export function methodsSection(report: ReportData): Section {
  const { methods, citations, study } = report;
  return section(
    'methods',
    'Methods',
    html`<div class="prose">${methods.map((text) => html`<p>${text}</p>`)}</div>`,
    citations.length > 0 &&
      html`<h3>References</h3><ol class="references">${citations.map((citation) => html`<li>${citationText(citation)}</li>`)}</ol>${folded('BibTeX', html`<pre>${citations.map(bibtex).join('\n\n')}</pre>`)}`,
    study.finished !== undefined &&
      html`<p class="note">Finished ${study.finished.slice(0, 16).replace('T', ' ')} UTC.</p>`,
    folded('The study file with all defaults', html`<pre>${JSON.stringify(study.spec, null, 2)}</pre>`),
  );
}
