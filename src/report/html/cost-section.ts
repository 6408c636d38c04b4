import { countOf } from '../../study/format-number.ts';
import { predictionHead, predictionRows, costTable as tableOfCosts } from '../cost-tables.ts';
import { formatDuration, formatFlops } from '../format-quantity.ts';
import type { ReportData } from '../report-data.ts';
import { panels } from './chart.ts';
import { type Html, html } from './markup.ts';
import { paretoCharts } from './pareto-charts.ts';
import { type Section, scrolling, section } from './section.ts';
import { techniqueTable } from './technique-rows.ts';
import { legend } from './technique-style.ts';

/** What quality costs: the front of quality and operations, what trials took, and how well that was predicted. */
export function costSection(report: ReportData): Section | null {
  if (report.trials.length === 0) return null;
  const { models } = report.matrix;
  const charts = models.map((model) => ({ model, panels: paretoCharts(report, model) }));
  const single = report.matrix.budgets.length === 1;
  const drawn = charts.some(({ panels: found }) => found.length > 0);
  return section(
    'cost',
    'Quality and cost',
    html`<div class="aside behind${single && models.length === 1 && ' early'}">${
      drawn &&
      html`<div><p>Each mark is a technique's mean. The line is the Pareto front: no technique is better than those on it at the same cost or less.</p>${legend(report.techniques)}<div class="${single && models.length > 1 && 'panels'}">${charts.map(
        ({ model, panels: found }) =>
          found.length > 0 &&
          html`<div>${models.length > 1 && html`<h3>${model}</h3>`}${panels(found)}</div>`,
      )}</div></div>`
    }<div>${prediction(report)}</div></div>`,
    costTable(report),
  );
}

function costTable(report: ReportData): Html {
  return html`<h3>What a trial takes</h3>
<p>Means over budgets and seeds. Memory is the peak of the worker during the trial; what earlier steps left in memory counts.</p>
${techniqueTable(report, tableOfCosts(report))}`;
}

/** What was predicted before the study ran, and what it took. */
function prediction(report: ReportData): Html {
  const { steps, stepSeconds, flops } = report.cost;
  const kinds = Object.entries(stepSeconds).map(([kind, seconds]) => `${kind} ${formatDuration(seconds)}`);
  return html`<h3>Predicted and actual</h3>
<p>The study ran ${countOf(steps.done, 'step')}${steps.done < steps.total && ` of ${steps.total}`} with ${formatFlops(flops)} of training. Time in steps, over all workers: ${kinds.join(', ')}.</p>
${scrolling(html`<table><thead><tr>${predictionHead.map((title) => html`<th>${title}</th>`)}</tr></thead><tbody>
${predictionRows(report).map(([title, ...cells]) => html`<tr><th scope="row">${title}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
</tbody></table>`)}`;
}
