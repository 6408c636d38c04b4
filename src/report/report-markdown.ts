import { bibtex } from '../citation.ts';
import { countOf, formatNumber, formatSigned } from '../study/format-number.ts';
import { metricInWords, unitInWords } from '../study/metric-in-words.ts';
import { primaryDecimals } from '../study/primary-decimals.ts';
import { boundTable, boundWords } from './bound-rows.ts';
import { costTable, predictionHead, predictionRows } from './cost-tables.ts';
import { firstSentence } from './first-sentence.ts';
import { forgettingTable } from './forgetting-table.ts';
import { formatPValue } from './format-p-value.ts';
import { formatFlops } from './format-quantity.ts';
import { gapTable } from './gap-table.ts';
import { keyTables } from './key-table.ts';
import { markdownText as text } from './markdown-text.ts';
import { MetricTable } from './metric-columns.ts';
import { type MetricCell, metricRows } from './metric-rows.ts';
import { modelTable, modelTableWords } from './model-table.ts';
import { metricLabel, primaryOf, type ReportData } from './report-data.ts';
import type { TechniqueTable } from './technique-table.ts';

/**
 * The report as Markdown (GitHub's tables): verdict, key table, comparisons, failures, metrics, forgetting, cost, methods,
 * BibTeX. For notes, issues and papers; pictures and single trials are in the HTML report.
 */
export function reportMarkdown(report: ReportData): string {
  const { study, failures, warnings, methods, citations, cost } = report;
  const lines = [
    `# ${text(study.name)}`,
    '',
    cost.steps.done < cost.steps.total
      ? `**Not finished: ${report.study.progress}.** What is missing may change what is said here.`
      : `${report.study.progress}.`,
    '',
    ...(study.description === undefined ? [] : [text(study.description), '']),
    ...verdictLines(report),
    ...keyLines(report),
    ...boundLines(report),
    ...comparisonLines(report),
    ...(failures.length === 0
      ? []
      : [
          '## Failures',
          '',
          ...failures.map(
            ({ label, reason, step }) => `- ${text(label)} (${code(step.slice(0, 12))}): ${text(reason)}`,
          ),
          '',
        ]),
    ...(warnings.length === 0
      ? []
      : ['## Warnings', '', ...warnings.map((one) => `- ${text(one.text)}`), '']),
    ...measuredLines(report),
    ...costLines(report),
    '## Methods',
    '',
    ...methods.flatMap((paragraph) => [text(paragraph), '']),
    ...(citations.length === 0 ? [] : ['```bibtex', citations.map(bibtex).join('\n\n'), '```', '']),
  ];
  return lines.join('\n');
}

function verdictLines({ verdict }: ReportData): string[] {
  if (verdict === null) return ['## Verdict', '', 'There is none: nothing could be compared.', ''];
  const of = (kinds: readonly string[], general: boolean) =>
    verdict.sentences
      .filter((s) => kinds.includes(s.kind) && (s.budget === undefined) === general)
      .map((s) => s.text);
  return [
    '## Verdict',
    '',
    ...verdict.sentences.filter(({ kind }) => kind === 'models').flatMap((s) => [opening(s.text), '']),
    ...of(['recommendation'], true).flatMap((sentence) => [opening(sentence), '']),
    ...of(['evidence', 'seeds'], true).flatMap((sentence) => [text(sentence), '']),
    ...verdict.sentences
      .filter(({ kind, budget }) => kind !== 'models' && budget !== undefined)
      .map((s) => `- ${text(s.text)}`),
    '',
    'What this holds for:',
    '',
    ...of(['scope'], true).map((sentence) => `- ${text(sentence)}`),
    '',
  ];
}

/** The first sentence in bold. */
function opening(words: string): string {
  const [first, rest] = firstSentence(words);
  return `**${text(first)}**${text(rest)}`;
}

function keyLines(report: ReportData): string[] {
  const primary = primaryOf(report);
  if (primary === undefined) return [];
  const { matrix, study } = report;
  const tables = keyTables(report);
  return [
    '## Results',
    '',
    ...modelLines(report),
    `${text(metricLabel(primary))}, on ${text(study.target)} (${primary.direction} is better)${matrix.seeds.length > 1 ? `: mean ± half of the t interval over ${matrix.seeds.length} seeds` : ', one seed'}. **Bold**: best mean; †: not converged; ‡: some seeds have no finished trial.`,
    '',
    ...tables.flatMap(({ model, rows }) => [
      ...(tables.length > 1 ? [`### ${text(model)}`, ''] : []),
      ...tableLines(
        ['technique', ...matrix.budgets.map((budget) => countOf(budget, study.item))],
        rows.map(({ technique, cells }) => [
          text(technique),
          ...cells.map(({ mean, spread, best, converged, lost }) => {
            if (mean === null) return '–';
            const value = `${mean}${spread === null ? '' : ` ${spread}`}`;
            return `${best ? `**${value}**` : value}${converged ? '' : ' †'}${lost > 0 ? ' ‡' : ''}`;
          }),
        ]),
      ),
    ]),
  ];
}

function modelLines(report: ReportData): string[] {
  const found = modelTable(report, new MetricTable(report));
  if (found === null) return [];
  const several = report.matrix.seeds.length > 1;
  return [
    `### Models side by side, with ${countOf(found.ranking.budget, report.study.item)}`,
    '',
    text(modelTableWords(report, several ? 'Means over seeds ± half of their t interval. ' : '')),
    '',
    ...tableLines(
      ['model', 'technique', ...found.head],
      found.rows.map(({ model, technique, chosen, converged, cells }) => [
        chosen ? `**${text(model)}**` : text(model),
        `${text(technique)}${converged ? '' : ' †'}`,
        ...cells.map(({ value, spread }) => (spread === undefined ? value : `${value} ${spread}`)),
      ]),
    ),
  ];
}

function boundLines(report: ReportData): string[] {
  const table = boundTable(report);
  if (table === null) return [];
  const rows = table.rows.map((row) => row.map(text));
  return ['### Bounds', '', boundWords, '', ...tableLines(table.head, rows)];
}

function comparisonLines(report: ReportData): string[] {
  const { comparison, matrix, study } = report;
  if (comparison === null || comparison.family === 0) return [];
  const decimals = (model: string) => primaryDecimals(comparison, model);
  const several = matrix.models.length > 1;
  return [
    '## Comparisons',
    '',
    `Technique minus reference, paired by seed; intervals and p-values adjusted for all ${countOf(comparison.family, 'comparison')} (Holm), assuming paired differences that are symmetric about their mean. \\*: one side varies over seeds at least three times as much as the other, where skewed noise breaks this.`,
    '',
    ...tableLines(
      [
        ...(several ? ['model'] : []),
        'budget',
        'technique',
        'reference',
        'difference',
        'interval',
        'p, adjusted',
        'claim',
      ],
      comparison.comparisons.map(
        ({ model, budget, technique, reference, result, missing, unequalSpread }) => [
          ...(several ? [text(model)] : []),
          countOf(budget, study.item),
          text(technique),
          text(reference),
          ...(result === null
            ? ['–', '–', '–', missing ?? '–']
            : [
                formatSigned(result.meanDifference, decimals(model)),
                result.interval === null
                  ? '–'
                  : `${formatNumber(result.interval.low, decimals(model))} to ${formatNumber(result.interval.high, decimals(model))}`,
                result.adjustedP === null ? '–' : text(formatPValue(result.adjustedP)),
                result.noClaim === null
                  ? `**${result.verdict}**${unequalSpread ? ' \\*' : ''}`
                  : `none (${result.noClaim})`,
              ]),
        ],
      ),
    ),
  ];
}

/** Samples, memorisation, forgetting, data never trained on: what the HTML report has sections and pictures for. */
function measuredLines(report: ReportData): string[] {
  const table = new MetricTable(report);
  const { matrix, study, techniques } = report;
  const metrics = matrix.models.flatMap((model) =>
    matrix.budgets.flatMap((budget) => {
      const rows = metricRows(report, table, { model, budget });
      if (rows.length === 0) return [];
      const title = `${matrix.models.length > 1 ? `${text(model)}, ` : ''}${countOf(budget, study.item)}`;
      return [
        `### ${title}`,
        '',
        ...tableLines(
          ['metric', 'on', ...techniques.map(({ label }) => text(label))],
          rows.map(({ label, facts, cells }) => [text(label), text(facts), ...cells.map(metricCell)]),
        ),
      ];
    }),
  );
  const forgetting = forgettingTable(report);
  const gap = gapTable(report, table);
  const first = report.comparison?.forgetting[0];
  return [
    ...(metrics.length === 0
      ? []
      : [
          '## All metrics',
          '',
          'Means over seeds, ± half of their t interval; **bold** is the best mean of a row, without any claim. Metrics on the training set ask whether it is repeated; sets other than target and source were never trained on.',
          '',
          ...metrics,
        ]),
    ...(gap === null
      ? []
      : [
          '## Gap between training and held-out data',
          '',
          text(gap.words),
          '',
          ...techniqueLines(report, gap),
        ]),
    ...(forgetting === null || first === undefined
      ? []
      : [
          '## Forgetting',
          '',
          text(
            `Change against ${first.unchanged} in ${metricLabel({ title: metricInWords(first.metric), unit: unitInWords(first.unit, study.item) })}, on the test data of the source; ${first.direction === 'lower' ? 'above' : 'below'} zero means forgetting.`,
          ),
          '',
          ...techniqueLines(report, forgetting),
        ]),
  ];
}

function metricCell(cell: MetricCell | null): string {
  if (cell === null) return '–';
  const { mean, spread, best } = cell;
  return `${best ? `**${mean}**` : mean}${spread === null ? '' : ` ${spread}`}`;
}

function costLines(report: ReportData): string[] {
  const { steps, flops } = report.cost;
  return [
    '## Cost',
    '',
    `${countOf(steps.done, 'step')} with ${formatFlops(flops)} of training.`,
    '',
    ...tableLines(predictionHead, predictionRows(report)),
    ...(report.trials.length === 0
      ? []
      : ['A trial, mean over budgets and seeds:', '', ...techniqueLines(report, costTable(report))]),
  ];
}

function techniqueLines({ matrix }: ReportData, { head, rows }: TechniqueTable): string[] {
  const several = matrix.models.length > 1;
  return tableLines(
    [...(several ? ['model'] : []), 'technique', ...head],
    rows.map(({ model, technique, cells }) => [
      ...(several ? [text(model)] : []),
      text(technique),
      ...cells.map(({ value, spread }) => (spread === undefined ? value : `${value} ${spread}`)),
    ]),
  );
}

function tableLines(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

const code = (words: string): string => `\`${words}\``;
