import { decimalsFor, formatNumber } from '../../study/format-number.ts';
import { findMeasurement, measurementKey } from '../../study/measurement-key.ts';
import { formatDuration, formatFlops } from '../format-quantity.ts';
import {
  metricLabel,
  primaryOf,
  type RateSearch,
  type ReportData,
  type ReportTrial,
} from '../report-data.ts';
import { anchor, type Html, html } from './markup.ts';
import { folded, type Section, scrolling, section } from './section.ts';
import { named } from './technique-style.ts';

/** Every trial with its step, so that each number can be followed to where it was measured. */
export function trialsSection(report: ReportData): Section | null {
  const { trials } = report;
  if (trials.length === 0) return null;
  return section(
    'trials',
    'Trials',
    html`<p>A step is named by the hash of everything that determines its result; its folder holds the model, the samples and the log. Runs with equal weights hashes are bit-identical.</p>`,
    folded(`All ${trials.length} trials`, trialTableOf(report)),
    report.rateSearches.length > 0 &&
      folded('Search for learning rates', searchTable(report, report.rateSearches)),
    measurementsOf(report),
  );
}

function trialTableOf(report: ReportData): Html {
  const { trials, techniques, matrix } = report;
  const primary = primaryOf(report);
  const values = trials.flatMap(({ result }) => primaryValue(result, primary?.name) ?? []);
  const decimals = decimalsFor(values, []);
  const several = matrix.models.length > 1;
  return scrolling(html`<table class="list"><thead><tr>${several && html`<th>model</th>`}<th>technique</th><th>budget</th><th>seed</th>${primary !== undefined && html`<th>${metricLabel(primary)}</th>`}<th>learning rate</th><th>updates (kept at)</th><th>converged</th><th>training</th><th>operations</th><th>step</th><th>weights (SHA-256)</th></tr></thead>
<tbody>${trials.map(({ step, result }) => {
    const { cell, cost, stages, notes } = result;
    const value = primaryValue(result, primary?.name);
    const technique = techniques.find(({ label }) => label === cell.technique);
    const remarks = [
      ...(stages.length > 1
        ? [`stages: ${stages.map(({ name, from, to }) => `${name} (${from} to ${to})`).join('; ')}`]
        : []),
      ...notes,
    ];
    return html`<tr id="${anchor('t', step)}">${several && html`<td>${cell.model}</td>`}<th scope="row">${technique === undefined ? cell.technique : named(technique)}${remarks.map((text) => html`<br><span class="note">${text}</span>`)}</th><td>${formatNumber(cell.budget, 0)}</td><td>${cell.seed}</td>${primary !== undefined && html`<td>${value === undefined ? '–' : formatNumber(value, decimals)}</td>`}<td>${cost.steps === 0 ? '–' : result.learningRate}</td><td>${formatNumber(cost.steps, 0)} (${formatNumber(cost.stepsToBest, 0)})</td><td>${result.converged ? 'yes' : 'no'}</td><td>${formatDuration(cost.trainingSeconds)}</td><td>${formatFlops(cost.trainingFlops)}</td><td><code title="${step}">${step.slice(0, 12)}</code></td><td><code title="${result.weightsHash}">${result.weightsHash.slice(0, 12)}</code></td></tr>`;
  })}</tbody></table>`);
}

function primaryValue(result: ReportTrial['result'], metric: string | undefined): number | undefined {
  const found = metric === undefined ? undefined : findMeasurement(result, metric, 'target');
  return found !== undefined && Number.isFinite(found.value) ? found.value : undefined;
}

function searchTable({ matrix, techniques }: ReportData, searches: readonly RateSearch[]): Html {
  const several = matrix.models.length > 1;
  return html`<p>Mean of the lowest validation losses over tuning seeds, which are not among the reported ones; the lowest is chosen.</p>${scrolling(html`<table class="list"><thead><tr>${several && html`<th>model</th>`}<th>technique</th><th>budget</th><th>rates tried (validation loss)</th><th>chosen</th></tr></thead>
<tbody>${searches.map(({ model, technique, budget, rates, chosen, unit }) => {
    const described = techniques.find(({ label }) => label === technique);
    const decimals = decimalsFor(
      rates.flatMap(({ validation }) => validation ?? []),
      [],
    );
    return html`<tr>${several && html`<td>${model}</td>`}<th scope="row">${described === undefined ? technique : named(described)}</th><td>${formatNumber(budget, 0)}</td><td>${rates.map(({ rate, validation, steps }, i) => html`${i > 0 && '; '}${rate} (<span title="steps ${steps.join(', ')}">${validation === null ? 'diverged' : formatNumber(validation, decimals)}</span>)`)} <span class="note">${unit}</span></td><td>${chosen}</td></tr>`;
  })}</tbody></table>`)}`;
}

/** Rows of measurements beyond which a page is no place for them. */
const MOST_ROWS = 2000;

function measurementsOf(report: ReportData): Html {
  const rows = report.trials.reduce((sum, { result }) => sum + result.measurements.length, 0);
  if (rows <= MOST_ROWS)
    return folded('Every measurement with the step that made it', measurementTable(report));
  return html`<p class="note">Every one of the ${formatNumber(rows, 0)} measurements with the step that made it: <code>graft report --format csv</code>.</p>`;
}

/** Long, but the place where every number of the report can be looked up. */
function measurementTable({ trials }: ReportData): Html {
  return html`<p>The columns of <code>graft report --format csv</code>, which has them in full.</p>${scrolling(html`<table class="list"><thead><tr><th>trial</th><th>measurement</th><th>value</th><th>± (over items)</th><th>version</th></tr></thead>
<tbody>${trials.map(
    ({ step, result }) =>
      html`${result.measurements.map(
        (m, i) =>
          html`<tr>${i === 0 && html`<td rowspan="${result.measurements.length}"><a href="#${anchor('t', step)}"><code>${step.slice(0, 12)}</code></a><br><span class="note">${result.cell.technique}, ${result.cell.budget}, seed ${result.cell.seed}</span></td>`}<td>${measurementKey(m)}</td><td>${number(m.value)}</td><td>${m.standardError === undefined ? '' : number(m.standardError)}</td><td>${m.version}</td></tr>`,
      )}`,
  )}</tbody></table>`)}`;
}

const number = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(6))).replace('-', '−') : 'not finite';

/** What did not finish, and why. */
export function failuresSection({ failures, warnings }: ReportData): Section | null {
  if (failures.length === 0 && warnings.length === 0) return null;
  return section(
    'problems',
    failures.length > 0 ? 'Failures and warnings' : 'Warnings',
    failures.length > 0 &&
      scrolling(
        html`<table class="list"><thead><tr><th>step</th><th>what</th><th>reason</th></tr></thead><tbody>${failures.map(({ step, label, reason }) => html`<tr><td><code title="${step}">${step.slice(0, 12)}</code></td><th scope="row">${label}</th><td>${reason}</td></tr>`)}</tbody></table>`,
      ),
    warnings.length > 0 &&
      html`<ul>${warnings.map(({ text, steps }) => html`<li>${text}${steps.length > 0 && html` <span class="note">(${steps.length === 1 ? '1 trial' : `${steps.length} trials`})</span>`}</li>`)}</ul>`,
  );
}
