import { bibtex } from '../citation.ts';
import { countOf, formatNumber, formatSigned } from '../study/format-number.ts';
import { primaryDecimals } from '../study/primary-decimals.ts';
import { boundTable, boundWords } from './bound-rows.ts';
import { formatBytes, formatDuration } from './format-quantity.ts';
import { keyTables } from './key-table.ts';
import { metricLabel, primaryOf, type ReportData } from './report-data.ts';

/**
 * The report as Markdown (GitHub's tables): verdict, key table, comparisons, failures, cost, methods, BibTeX. For
 * notes, issues and papers; pictures and the long tables are in the HTML report.
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
    '## Cost',
    '',
    `${formatDuration(cost.actual.wallSeconds)}${cost.predicted === null ? '' : ` (predicted ${formatDuration(cost.predicted.wallSeconds)})`}, ${formatBytes(cost.actual.memory)} of memory at the peak of a worker, ${formatBytes(cost.actual.disk)} on disk, ${countOf(cost.steps.done, 'step')}.`,
    '',
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
    ...of(['recommendation'], true).flatMap((sentence) => [`**${text(sentence)}**`, '']),
    ...of(['evidence', 'seeds'], true).flatMap((sentence) => [text(sentence), '']),
    ...verdict.sentences.filter(({ budget }) => budget !== undefined).map((s) => `- ${text(s.text)}`),
    '',
    'What this holds for:',
    '',
    ...of(['scope'], true).map((sentence) => `- ${text(sentence)}`),
    '',
  ];
}

function keyLines(report: ReportData): string[] {
  const primary = primaryOf(report);
  if (primary === undefined) return [];
  const { matrix, study } = report;
  const tables = keyTables(report);
  return [
    '## Results',
    '',
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
                result.adjustedP === null ? '–' : formatNumber(result.adjustedP, 4),
                result.noClaim === null
                  ? `**${result.verdict}**${unequalSpread ? ' \\*' : ''}`
                  : `none (${result.noClaim})`,
              ]),
        ],
      ),
    ),
  ];
}

function tableLines(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** Words that Markdown would take for marks, or HTML for tags. */
const text = (words: string): string => words.replace(/[\\`*_[\]<>|#]/g, '\\$&').replace(/\s+/g, ' ');
const code = (words: string): string => `\`${words}\``;
