import { countOf, decimalsFor, formatNumber } from '../../study/format-number.ts';
import type { ColumnSummary, MetricColumn, MetricTable } from '../metric-columns.ts';
import { metricLabel, type ReportData } from '../report-data.ts';
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
  const { techniques, comparison } = report;
  const confidence = comparison?.confidence ?? 0.95;
  const rows = table.columns.flatMap((column) => {
    const found = techniques.map(({ label }) =>
      table.summary(column, { model, technique: label, budget }, confidence),
    );
    return found.every((one) => one === undefined) ? [] : [{ column, found }];
  });
  return scrolling(
    html`<table class="metrics"><thead><tr><th scope="col">metric</th>${techniques.map((technique) => html`<th scope="col">${named(technique)}</th>`)}<th scope="col">items</th></tr></thead>
<tbody>${rows.map(({ column, found }) => metricRow(column, found))}</tbody></table>`,
  );
}

function metricRow(column: MetricColumn, found: readonly (ColumnSummary | undefined)[]): Html {
  const { description, example, where } = column;
  const known = found.filter((one) => one !== undefined);
  const decimals = decimalsFor(
    known.map(({ mean }) => mean),
    known.map(({ low, high }) => (low === null || high === null ? null : (high - low) / 2)),
  );
  const sign = description.direction === 'lower' ? 1 : -1;
  const best = known.map(({ mean }) => mean).sort((a, b) => sign * (a - b))[0];
  const options = Object.entries(example.options ?? {}).map(([name, value]) => `${name} = ${value}`);
  const facts = [
    where,
    ...options,
    ...(example.features === undefined ? [] : [`features: ${example.features.network}`]),
  ];
  const sizes = [
    ...(example.real === undefined ? [] : [`${range(known, 'real')} real`]),
    ...(example.generated === undefined ? [] : [`${range(known, 'generated')} generated`]),
  ];
  return html`<tr><th scope="row">${description.direction === 'lower' ? '↓' : '↑'} ${metricLabel(description)}<br><span class="note">${facts.join(', ')}</span></th>${found.map(
    (one) => {
      if (one === undefined) return html`<td class="missing">–</td>`;
      const half = one.low === null || one.high === null ? null : (one.high - one.low) / 2;
      const mean = formatNumber(one.mean, decimals);
      return html`<td>${one.mean === best && known.length > 1 ? html`<b>${mean}</b>` : mean}${half !== null && html` <span class="spread">± ${formatNumber(half, decimals)}</span>`}</td>`;
    },
  )}<td class="note">${sizes.join(', ')}</td></tr>`;
}

/** '1,000', or '18 to 20' where trials differ. */
function range(found: readonly ColumnSummary[], which: 'real' | 'generated'): string {
  const counts = found.flatMap(({ values }) => values.flatMap(({ measurement }) => measurement[which] ?? []));
  const [low, high] = [Math.min(...counts), Math.max(...counts)];
  return low === high ? formatNumber(low, 0) : `${formatNumber(low, 0)} to ${formatNumber(high, 0)}`;
}
