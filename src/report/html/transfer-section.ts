import { formatNumber } from '../../study/format-number.ts';
import { unitInWords } from '../../study/metric-in-words.ts';
import { forgettingTable } from '../forgetting-table.ts';
import type { MetricTable } from '../metric-columns.ts';
import type { ReportData } from '../report-data.ts';
import { budgetChart } from './budget-chart.ts';
import { panels } from './chart.ts';
import { type Html, html } from './markup.ts';
import { type Section, section } from './section.ts';
import { techniqueTable } from './technique-rows.ts';
import { legend } from './technique-style.ts';

/** What adapting costs on the source: the model before and after, on the source's test data. */
export function forgettingSection(report: ReportData, table: MetricTable): Section | null {
  const { comparison, matrix, techniques, study } = report;
  const forgetting = comparison?.forgetting ?? [];
  const first = forgetting[0];
  const column = first && table.column(first.metric, 'source');
  if (first === undefined || column === undefined) return null;
  const charts = matrix.models.flatMap((model) => {
    const own = table.column(first.metric, 'source', model);
    if (own === undefined) return [];
    const title = matrix.models.length > 1 ? { title: model } : {};
    return budgetChart(report, table, { model, column: own, ...title }) ?? [];
  });
  const unit = unitInWords(first.unit, study.item);
  const percent = formatNumber(100 * comparison!.confidence, 0);
  return section(
    'forgetting',
    'Forgetting',
    html`<p>${column.description.title} on the test data of the source${study.source === undefined ? '' : ` (${study.source})`}, after adapting. ${first.unchanged} is the model before. Rows that start from fresh weights never knew the source and have nothing to forget: they show what not knowing it looks like.</p>`,
    legend(techniques),
    html`<div class="beside">${panels(charts)}<div><h3>Change against ${first.unchanged}</h3>
<p>In ${unit === '' ? 'its own unit' : unit}; ${first.direction === 'lower' ? 'above' : 'below'} zero means forgetting. In brackets ${percent} % t intervals over seeds, each for itself.</p>
${techniqueTable(report, forgettingTable(report)!)}</div></div>`,
  );
}

/** How the adapted models do on data sets that neither pre-training nor adapting has seen. */
export function unseenSection(report: ReportData, table: MetricTable): Section | null {
  const names = report.data.filter(({ role }) => role === 'unseen').map(({ name }) => name);
  const { models } = report.matrix;
  const title = (model: string, name: string): Html => html`${models.length > 1 && `${model}: `}${name}`;
  const charts = names.flatMap((name) =>
    models.flatMap((model) => {
      const columns = table.columns.filter(
        (column) => column.example.on === name && table.isOf(column, model),
      );
      const primary = columns.find(({ example }) => example.metric === report.comparison?.primary.metric);
      const column = primary ?? columns[0];
      if (column === undefined) return [];
      return budgetChart(report, table, { model, column, title: title(model, name) }) ?? [];
    }),
  );
  if (charts.length === 0) return null;
  return section(
    'unseen',
    'Data never trained on',
    html`<p>The same models, measured on data sets that neither pre-training nor adapting has seen: how far what was learnt reaches beyond the target.</p>`,
    legend(report.techniques),
    panels(charts),
  );
}
