import type { Evaluation } from '../study/evaluate-checkpoint.ts';
import { formatSignificant } from '../study/format-number.ts';
import { unitInWords } from '../study/metric-in-words.ts';
import { costRows, measurementFacts, measurementGroups, remarks, scaleRows } from './evaluation-tables.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The evaluation of one model as Markdown. */
export function evaluationMarkdown(evaluation: Evaluation): string {
  const { label, family, item, target, trial, suitability } = evaluation;
  return [
    `# ${label} on ${target}`,
    '',
    `A ${family} with ${trial.cost.parameters.toLocaleString('en-US')} parameters, evaluated without any training.`,
    '',
    `**${suitability.conclusion}** ${suitability.evidence.map(({ text }) => text).join(' ')}`,
    '',
    `${suitability.suggestion} ${suitability.limits}`,
    '',
    '| question | found | answer |',
    '|---|---|---|',
    ...suitability.path.map(
      ({ question, found, answer }) => `| ${cell(question)} | ${cell(found)} | ${cell(answer)} |`,
    ),
    '',
    ...measurementGroups(evaluation).flatMap(({ title, rows }) => [
      `## ${title}`,
      '',
      '| metric | value | unit | better | measured on |',
      '|---|---:|---|---|---|',
      ...rows.map(
        (m) =>
          `| ${m.metric} | ${formatSignificant(m.value, 4)}${m.standardError === undefined ? '' : ` ± ${formatSignificant(m.standardError, 2)}`} | ${unitInWords(m.unit, item)} | ${m.direction} | ${cell(measurementFacts(m))} |`,
      ),
      '',
    ]),
    '## For scale, and cost',
    '',
    '| what | value |',
    '|---|---:|',
    ...[...scaleRows(evaluation), ...costRows(evaluation)].map(
      ([what, value]) => `| ${cell(what)} | ${value} |`,
    ),
    '',
    ...(remarks(evaluation).length === 0
      ? []
      : ['## Remarks', '', ...remarks(evaluation).map((text) => `- ${text}`), '']),
  ].join('\n');
}
