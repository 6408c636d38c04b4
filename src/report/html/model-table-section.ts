import { countOf, formatNumber } from '../../study/format-number.ts';
import type { MetricTable } from '../metric-columns.ts';
import { modelTable, modelTableWords } from '../model-table.ts';
import type { ReportData } from '../report-data.ts';
import { type Html, html } from './markup.ts';
import { scrolling } from './section.ts';
import { named } from './technique-style.ts';

/** The models beside each other, from best to worst, in all that was measured of each on one scale. */
export function modelTableOf(report: ReportData, table: MetricTable): Html | null {
  const found = modelTable(report, table);
  if (found === null) return null;
  const { ranking, head, rows } = found;
  const { matrix, techniques, study, comparison } = report;
  const percent = formatNumber(100 * (comparison?.confidence ?? 0.95), 0);
  return html`<h3>Models side by side, with ${countOf(ranking.budget, study.item)}</h3>
<p>${modelTableWords(report, matrix.seeds.length > 1 ? `Means over seeds ± half of their ${percent} % t interval. ` : '')}</p>
${scrolling(html`<table class="ranked"><thead><tr><th scope="col">model</th><th scope="col">technique</th>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
  ({ model, technique, chosen, converged, cells }) =>
    html`<tr class="${chosen ? 'first' : 'other'}"><th scope="row">${model}</th><td>${named(techniques.find(({ label }) => label === technique)!)}${!converged && html` <span class="flag">not converged</span>`}</td>${cells.map(({ value, spread }) => html`<td>${value}${spread !== undefined && html` <span class="spread">${spread}</span>`}</td>`)}</tr>`,
)}</tbody></table>`)}`;
}
