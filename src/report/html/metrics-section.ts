import { countOf, formatNumber } from '../../study/format-number.ts';
import type { MetricTable } from '../metric-columns.ts';
import { type MetricCell, metricRows } from '../metric-rows.ts';
import type { ReportData } from '../report-data.ts';
import { type Html, html } from './markup.ts';
import { folded, type Section, scrolling, section } from './section.ts';
import { named } from './technique-style.ts';

/** Every metric of every technique: one table for each model and budget, the largest budget open. */
export function metricsSection(report: ReportData, table: MetricTable): Section | null {
  if (table.columns.length === 0) return null;
  const { matrix, study, metrics } = report;
  const tables = matrix.models.flatMap((model) =>
    [...matrix.budgets].reverse().map((budget, i) => {
      const body = metricTable(report, table, model, budget);
      const title = `${matrix.models.length > 1 ? `${model}, ` : ''}${countOf(budget, study.item)}`;
      return i === 0 ? html`<h3>${title}</h3>${body}` : folded(title, body);
    }),
  );
  const percent = formatNumber(100 * (report.comparison?.confidence ?? 0.95), 0);
  return section(
    'metrics',
    'All metrics',
    html`<p>Means over seeds${matrix.seeds.length > 1 && ` ± half of their ${percent} % t interval`}; <b>bold</b> is the best mean of a row, without any claim. ↓ lower is better, ↑ higher is better. Only the primary metric was tested: looking through this table for differences finds some by chance.</p>`,
    tables,
    folded(
      'What the metrics mean',
      html`<dl>${metrics.map(({ title, name, summary, unit }) => html`<dt>${title} <code>${name}</code>${unit !== '' && ` (${unit})`}</dt><dd>${summary}</dd>`)}</dl>`,
    ),
  );
}

function metricTable(report: ReportData, table: MetricTable, model: string, budget: number): Html {
  const rows = metricRows(report, table, { model, budget });
  return scrolling(
    html`<table class="metrics"><thead><tr><th scope="col">metric</th>${report.techniques.map((technique) => html`<th scope="col">${named(technique)}</th>`)}<th scope="col">items</th></tr></thead>
<tbody>${rows.map(({ label, facts, cells, items }) => html`<tr><th scope="row">${label}<br><span class="note">${facts}</span></th>${cells.map((cell) => metricCell(cell))}<td class="note">${items}</td></tr>`)}</tbody></table>`,
  );
}

function metricCell(cell: MetricCell | null): Html {
  if (cell === null) return html`<td class="missing">–</td>`;
  const { mean, spread, best } = cell;
  return html`<td>${best ? html`<b>${mean}</b>` : mean}${spread !== null && html` <span class="spread">${spread}</span>`}</td>`;
}
