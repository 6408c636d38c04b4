import { mean } from '../../statistics/summarize.ts';
import { countOf, formatNumber, formatSignificant } from '../../study/format-number.ts';
import type { Cost } from '../../study/trial-result.ts';
import { trialTable } from '../../study/trial-table.ts';
import { formatBytes, formatCount, formatDuration, formatFlops } from '../format-quantity.ts';
import type { ReportData, Resources } from '../report-data.ts';
import { panels } from './chart.ts';
import { type Html, html } from './markup.ts';
import { paretoCharts } from './pareto-charts.ts';
import { type Section, scrolling, section } from './section.ts';
import { legend, named } from './technique-style.ts';

/** What quality costs: the front of quality and operations, what trials took, and how well that was predicted. */
export function costSection(report: ReportData): Section | null {
  if (report.trials.length === 0) return null;
  const { models } = report.matrix;
  const charts = models.map((model) => ({ model, panels: paretoCharts(report, model) }));
  const drawn = charts.some(({ panels: found }) => found.length > 0);
  return section(
    'cost',
    'Quality and cost',
    drawn &&
      html`<p>Each mark is a technique's mean. The line is the Pareto front: no technique below its cost is better than what lies on it.</p>${legend(report.techniques)}`,
    charts.map(
      ({ model, panels: found }) =>
        found.length > 0 && html`${models.length > 1 && html`<h3>${model}</h3>`}${panels(found)}`,
    ),
    costTable(report),
    prediction(report),
  );
}

function costTable(report: ReportData): Html {
  const { matrix, techniques, trials } = report;
  const several = matrix.models.length > 1;
  const table = trialTable(matrix, trials);
  const rows = matrix.models.flatMap((model) =>
    techniques.flatMap((technique) => {
      const found = matrix.budgets.flatMap((budget) =>
        matrix.seeds.flatMap(
          (seed) => table.trial({ model, technique: technique.label, budget }, seed) ?? [],
        ),
      );
      const costs = [...new Set(found)].map(({ result }) => result.cost);
      return costs.length === 0 ? [] : [{ model, technique, costs }];
    }),
  );
  const average = (costs: readonly Cost[], pick: (cost: Cost) => number) => mean(costs.map(pick));
  return html`<h3>What a trial takes</h3>
<p>Means over budgets and seeds. Memory is the peak of the worker during the trial; what earlier steps left in memory counts.</p>
${scrolling(html`<table><thead><tr>${several && html`<th>model</th>`}<th>technique</th><th>training (wall clock)</th><th>training (processor)</th><th>operations</th><th>trained of all parameters</th><th>updates to the kept weights</th><th>peak memory</th><th>one sample, median (95th percentile)</th><th>samples per second</th><th>weights file</th></tr></thead>
<tbody>${rows.map(
  ({ model, technique, costs }) =>
    html`<tr>${several && html`<td>${model}</td>`}<th scope="row">${named(technique)}</th>
<td>${technique.trains ? formatDuration(average(costs, (c) => c.trainingSeconds)) : '–'}</td>
<td>${technique.trains ? formatDuration(average(costs, (c) => c.trainingCpuSeconds)) : '–'}</td>
<td>${technique.trains ? formatFlops(average(costs, (c) => c.trainingFlops)) : '–'}</td>
<td>${formatNumber((100 * average(costs, (c) => c.trainedParameters)) / average(costs, (c) => c.parameters), 0)} % of ${formatCount(average(costs, (c) => c.parameters))}</td>
<td>${
      technique.trains
        ? `${formatNumber(
            average(costs, (c) => c.stepsToBest),
            0,
          )} of ${formatNumber(
            average(costs, (c) => c.steps),
            0,
          )}`
        : '–'
    }</td>
<td>${formatBytes(average(costs, (c) => c.peakMemory))}</td>
<td>${formatSignificant(
      average(costs, (c) => c.sampleLatency.p50),
      2,
    )} ms (${formatSignificant(
      average(costs, (c) => c.sampleLatency.p95),
      2,
    )} ms)</td>
<td>${formatSignificant(
      average(costs, (c) => c.sampleThroughput),
      2,
    )}</td>
<td>${formatBytes(average(costs, (c) => c.fileSize))}</td></tr>`,
)}</tbody></table>`)}`;
}

/** What was predicted before the study ran, and what it took. */
function prediction({ cost }: ReportData): Html {
  const { predicted, actual, steps, stepSeconds } = cost;
  const row = (title: string, pick: (r: Resources) => number, format: (value: number) => string) => {
    const found = pick(actual);
    const said = predicted === null ? null : pick(predicted);
    return html`<tr><th scope="row">${title}</th><td>${said === null ? 'not predicted' : format(said)}</td><td>${format(found)}</td><td>${said === null || said === 0 ? '–' : html`${formatNumber(found / said, 2)} times`}</td></tr>`;
  };
  const kinds = Object.entries(stepSeconds).map(([kind, seconds]) => `${kind} ${formatDuration(seconds)}`);
  return html`<h3>Predicted and actual</h3>
<p>The study ran ${countOf(steps.done, 'step')}${steps.done < steps.total && ` of ${steps.total}`} with ${formatFlops(cost.flops)} of training. Time in steps, over all workers: ${kinds.join(', ')}.</p>
${scrolling(html`<table><thead><tr><th></th><th>predicted</th><th>actual</th><th>actual / predicted</th></tr></thead><tbody>
${row('wall clock', (r) => r.wallSeconds, formatDuration)}${row('peak memory of a worker', (r) => r.memory, formatBytes)}${row('disk', (r) => r.disk, formatBytes)}
</tbody></table>`)}`;
}
