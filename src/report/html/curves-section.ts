import type { Bounded } from '../../statistics/bounded.ts';
import type { CurveFigure } from '../../statistics/budget-curves.ts';
import { countOf, formatNumber, formatSignificant } from '../../study/format-number.ts';
import type { MetricTable } from '../metric-columns.ts';
import { primaryOf, type ReportData } from '../report-data.ts';
import { budgetChart, budgetChartKey } from './budget-chart.ts';
import { panels } from './chart.ts';
import { type Html, html } from './markup.ts';
import { type Section, scrolling, section } from './section.ts';
import { legend, named } from './technique-style.ts';

/** How quality grows with target data, and what transfer saves of them. */
export function curvesSection(report: ReportData, table: MetricTable): Section | null {
  const primary = primaryOf(report);
  if (primary === undefined || report.matrix.budgets.length < 2) return null;
  const { models } = report.matrix;
  const charts = models.flatMap((model) => {
    const column = table.column(primary.name, 'target', model);
    if (column === undefined) return [];
    const title = models.length > 1 ? { title: model } : {};
    return budgetChart(report, table, { model, column, large: true, ...title }) ?? [];
  });
  if (charts.length === 0) return null;
  return section(
    'budgets',
    'Quality by budget',
    legend(report.techniques, true),
    html`<div class="beside"><div>${panels(charts)}${budgetChartKey(report)}</div>${savings(report)}</div>`,
  );
}

function savings({ comparison, techniques, matrix, study }: ReportData): Html | null {
  const curves = comparison?.curves ?? [];
  if (curves.length === 0) return null;
  const reference = curves[0]!.reference;
  const several = matrix.models.length > 1;
  const percent = formatNumber(100 * comparison!.confidence, 0);
  return html`<div><h3>Target data saved</h3>
<p>Read off the curves, with ${reference} as the measure. <b>Data-efficiency factor</b>: how many times fewer ${study.item}s a technique needs for the quality that ${reference} reaches with ${countOf(matrix.budgets.at(-1)!, study.item)} (above 1 saves data). <b>Break-even budget</b>: from how many ${study.item}s on ${reference} is as good. Figures beyond the budgets that were run are bounds; in brackets ${percent} % t intervals over seeds.</p>
${scrolling(html`<table><thead><tr>${several && html`<th>model</th>`}<th>technique</th><th>data-efficiency factor</th><th>break-even budget (${study.item}s)</th><th>seeds</th></tr></thead>
<tbody>${curves.map(
  ({ model, technique, dataEfficiency, breakEven, seeds }) =>
    html`<tr>${several && html`<td>${model}</td>`}<th scope="row">${named(techniques.find(({ label }) => label === technique)!)}</th><td>${figure(dataEfficiency, '×')}</td><td>${figure(breakEven, '')}</td><td>${seeds.length}</td></tr>`,
)}</tbody></table>`)}</div>`;
}

function figure({ estimate, interval }: CurveFigure, suffix: string): string {
  const text = bounded(estimate, suffix);
  const ends = interval?.map((end) => bounded(end, suffix));
  // Both ends beyond the budgets, as the estimate itself: brackets would say it three times.
  if (ends === undefined || ends.every((end) => end === text)) return text;
  return `${text} (${ends.join(' to ')})`;
}

/** '4.2', 'at least 16', 'below 25'. */
export function bounded({ relation, value }: Bounded, suffix: string): string {
  const number = `${formatSignificant(value, 2)}${suffix}`;
  return relation === 'equal' ? number : `${relation} ${number}`;
}
