import { countOf, formatNumber } from '../../study/format-number.ts';
import { boundTable, boundWords } from '../bound-rows.ts';
import { type KeyCell, keyTables } from '../key-table.ts';
import type { MetricTable } from '../metric-columns.ts';
import { metricLabel, primaryOf, type ReportData } from '../report-data.ts';
import { type Html, html } from './markup.ts';
import { modelTableOf } from './model-table-section.ts';
import { folded, type Section, scrolling, section } from './section.ts';
import { named } from './technique-style.ts';

/** The primary metric at a glance: techniques by budgets. */
export function keyTableSection(report: ReportData, table: MetricTable): Section | null {
  const primary = primaryOf(report);
  const { comparison, matrix, study, techniques } = report;
  if (primary === undefined || comparison === null) return null;
  const tables = keyTables(report);
  const percent = formatNumber(100 * comparison.confidence, 0);
  const { real, generated } = comparison.primary;
  const on = [
    ...(real === undefined ? [] : [countOf(real, `test ${study.item}`)]),
    ...(generated === undefined ? [] : [countOf(generated, 'generated sample')]),
  ].join(' and ');
  const cells = tables.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  const partly = cells.some(({ lost, mean }) => lost > 0 && mean !== null);
  const arrow = primary.direction === 'lower' ? '↓' : '↑';
  return section(
    'results',
    'Results at a glance',
    modelTableOf(report, table),
    html`<p>${metricLabel(primary)}, on ${study.target} (${arrow} ${primary.direction} is better)${on === '' ? '' : html`, measured on ${on}`}. ${primary.summary}</p>`,
    html`<div class="tables">${tables.map(
      ({ model, rows }) =>
        html`<div>${tables.length > 1 && html`<h3>${model}</h3>`}${scrolling(html`<table class="key" style="--columns:${matrix.budgets.length}">
<thead><tr><th scope="col">technique</th>${matrix.budgets.map((budget) => html`<th scope="col">${countOf(budget, study.item)}</th>`)}</tr></thead>
<tbody>${rows.map(({ technique, cells: row }) => {
          const described = techniques.find(({ label }) => label === technique)!;
          return html`<tr><th scope="row" title="${described.summary}">${named(described)}</th>${row.map((cell) => keyCell(cell))}</tr>`;
        })}</tbody></table>`)}</div>`,
    )}</div>`,
    html`<ul class="marks">
<li><b class="best">bold, framed</b> best mean of its budget${partly && ' over the seeds that all have'}</li>
${matrix.seeds.length > 1 && html`<li><b>±</b> half of the ${percent} % t interval of the mean over ${matrix.seeds.length} seeds; differences are judged in <a href="#comparisons">Comparisons</a>, where seeds are paired</li>`}
${cells.some(({ converged, mean }) => !converged && mean !== null) && html`<li><span class="flag">not converged</span> validation was still improving when training ended, or stages were left: not called worse</li>`}
${partly && html`<li><span class="flag">n of ${matrix.seeds.length} seeds</span> the other trials did not finish</li>`}
</ul>`,
    bounds(report),
  );
}

function bounds(report: ReportData): Html | null {
  const table = boundTable(report);
  if (table === null) return null;
  return folded(
    'Bounds on the likelihood: ELBO, gap, effective samples',
    html`<p>${boundWords}</p>`,
    scrolling(
      html`<table><thead><tr>${table.head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${table.rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`,
    ),
  );
}

function keyCell({ mean, spread, best, converged, lost, summary }: KeyCell): Html {
  const seeds = summary.values.length;
  if (mean === null) return html`<td class="missing">no finished trial</td>`;
  return html`<td class="${best ? 'best' : ''}"><span class="mean">${mean}</span>${spread !== null && html` <span class="spread">${spread}</span>`}${
    !converged && html` <span class="flag">not converged</span>`
  }${lost > 0 && html` <span class="flag">${seeds} of ${seeds + lost} seeds</span>`}</td>`;
}
