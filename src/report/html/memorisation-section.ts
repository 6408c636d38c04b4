import { mean } from '../../statistics/summarize.ts';
import { countOf, decimalsFor, formatSigned } from '../../study/format-number.ts';
import type { Place } from '../../study/trial-table.ts';
import type { MetricColumn, MetricTable } from '../metric-columns.ts';
import type { ReportData } from '../report-data.ts';
import { budgetChart } from './budget-chart.ts';
import { panels } from './chart.ts';
import { type Html, html } from './markup.ts';
import { type MediaChoice, mediaBlocks, mediaStrips } from './samples-section.ts';
import { folded, type Section, scrolling, section } from './section.ts';
import { legend, named } from './technique-style.ts';

/** Whether models repeat their training data, and how much better they are on them than on held-out data. */
export function memorisationSection(report: ReportData, table: MetricTable): Section | null {
  const onTraining = table.columns.filter(
    ({ example }) => example.on === 'target' && example.split === 'train',
  );
  const heldOut = (column: MetricColumn) => table.column(column.example.metric, column.example.on, 'test');
  // Measured on training data alone: those metrics ask how near generated items are to them.
  const copying = onTraining.filter((column) => isTrain(heldOut(column)) || heldOut(column) === undefined);
  const gaps = onTraining.filter((column) => !copying.includes(column));
  const { models } = report.matrix;
  const charts = copying.flatMap((column) =>
    models.flatMap(
      (model) =>
        budgetChart(report, table, {
          model,
          column,
          ...(models.length > 1 ? { title: model } : {}),
        }) ?? [],
    ),
  );
  const nearest = nearestPairs(report);
  if (charts.length === 0 && nearest === null && gaps.length === 0) return null;
  return section(
    'memorisation',
    'Memorisation and overfitting',
    charts.length > 0 &&
      html`${copying.map(({ description }) => html`<p><b>${description.title}</b>: ${description.summary}</p>`)}${legend(report.techniques)}${panels(charts)}`,
    nearest,
    gapTable(report, table, gaps[0]),
  );
}

/** Samples beside their nearest training examples: the smallest budget, where copying is likeliest, in full. */
function nearestPairs(report: ReportData): Html | null {
  const { matrix, study } = report;
  const seed = matrix.seeds[0]!;
  const choice: MediaChoice = {
    seed,
    pick: (trial) => trial.nearest,
    describe: (technique, budget) =>
      `Samples of ${technique} with ${countOf(budget, study.item)}, each followed by its nearest training example`,
  };
  const smallest = matrix.budgets[0]!;
  const shown = matrix.models.map((model) => ({
    model,
    strips: mediaStrips(report, choice, model, smallest),
  }));
  if (shown.every(({ strips }) => strips.length === 0)) return null;
  return html`<h3>Samples beside their nearest training examples</h3>
<p>Pairs from left to right: a sample, then the training example nearest to it in pixels. A pair of equal pictures is a copy. Seed ${seed}, ${countOf(smallest, study.item)}, where copying is likeliest.</p>
${shown.map(({ model, strips }) => html`${matrix.models.length > 1 && html`<h3>${model}</h3>`}<div class="blocks">${strips}</div>`)}
${matrix.budgets.length > 1 && folded('The other budgets', mediaBlocks(report, choice, { budgets: matrix.budgets.slice(1) }))}`;
}

const isTrain = (column: MetricColumn | undefined): boolean => column?.example.split === 'train';

/** Test minus training value: what the model is worse by on data that it has not seen. */
function gapTable(report: ReportData, table: MetricTable, onTraining: MetricColumn | undefined): Html | null {
  const onTest = onTraining && table.column(onTraining.example.metric, 'target', 'test');
  if (onTraining === undefined || onTest === undefined) return null;
  const { matrix, techniques, study } = report;
  const gap = (place: Place): number | null => {
    const test = table.values(onTest, place);
    const pairs = table.values(onTraining, place).flatMap(({ seed, value }) => {
      const other = test.find((one) => one.seed === seed);
      return other === undefined ? [] : [other.value - value];
    });
    return pairs.length === 0 ? null : mean(pairs);
  };
  const rows = matrix.models.flatMap((model) =>
    techniques
      .filter(({ trains }) => trains)
      .map((technique) => ({
        model,
        technique,
        gaps: matrix.budgets.map((budget) => gap({ model, technique: technique.label, budget })),
      })),
  );
  const known = rows.flatMap(({ gaps }) => gaps.filter((value) => value !== null));
  if (known.length === 0) return null;
  const decimals = Math.min(2, decimalsFor(known, []));
  const { title, unit, direction } = onTest.description;
  return html`<h3>Gap between training and held-out data</h3>
<p>${title}${unit === '' ? '' : ` (${unit})`}: test minus training value, mean over seeds. ${direction === 'lower' ? 'Far above zero' : 'Far below zero'} means overfitting; validation decided when to stop.</p>
${scrolling(html`<table><thead><tr>${matrix.models.length > 1 && html`<th>model</th>`}<th>technique</th>${matrix.budgets.map((budget) => html`<th>${countOf(budget, study.item)}</th>`)}</tr></thead>
<tbody>${rows.map(
  ({ model, technique, gaps }) =>
    html`<tr>${matrix.models.length > 1 && html`<td>${model}</td>`}<th scope="row">${named(technique)}</th>${gaps.map((value) => html`<td>${value === null ? '–' : formatSigned(value, decimals)}</td>`)}</tr>`,
)}</tbody></table>`)}`;
}
