import { countOf } from '../../study/format-number.ts';
import { gapTable, onTrainingData } from '../gap-table.ts';
import type { MetricTable } from '../metric-columns.ts';
import type { ReportData } from '../report-data.ts';
import { budgetChart } from './budget-chart.ts';
import { panels } from './chart.ts';
import { type Html, html } from './markup.ts';
import { type MediaChoice, mediaBlocks, mediaStrips } from './samples-section.ts';
import { folded, type Section, section } from './section.ts';
import { techniqueTable } from './technique-rows.ts';
import { legend } from './technique-style.ts';

/** Whether models repeat their training data, and how much better they are on them than on held-out data. */
export function memorisationSection(report: ReportData, table: MetricTable): Section | null {
  const { copying, gaps } = onTrainingData(table);
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
    html`<div class="pair early">${
      charts.length > 0 &&
      html`<div>${copying.map(({ description }) => html`<p><b>${description.title}</b>: ${description.summary}</p>`)}${legend(report.techniques)}${panels(charts)}</div>`
    }${gap(report, table)}</div>`,
    nearest,
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

function gap(report: ReportData, table: MetricTable): Html | null {
  const found = gapTable(report, table);
  if (found === null) return null;
  return html`<div><h3>Gap between training and held-out data</h3>
<p>${found.words}</p>
${techniqueTable(report, found)}</div>`;
}
