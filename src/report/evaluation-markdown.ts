import type { Evaluation } from '../study/evaluate-checkpoint.ts';
import { formatSignificant } from '../study/format-number.ts';
import { unitInWords } from '../study/metric-in-words.ts';
import { costRows, measurementFacts, measurementGroups, remarks, scaleRows } from './evaluation-tables.ts';
import { markdownText as text } from './markdown-text.ts';

/** The evaluation of one model as Markdown. */
export function evaluationMarkdown(evaluation: Evaluation): string {
  const { label, family, item, target, trial, suitability } = evaluation;
  return [
    `# ${text(label)} on ${text(target)}`,
    '',
    `A ${family} with ${trial.cost.parameters.toLocaleString('en-US')} parameters, evaluated without any training.`,
    '',
    `**${text(suitability.conclusion)}** ${text(suitability.evidence.map((one) => one.text).join(' '))}`,
    '',
    text(`${suitability.suggestion} ${suitability.limits}`),
    '',
    '| question | found | answer |',
    '|---|---|---|',
    ...suitability.path.map(
      ({ question, found, answer }) => `| ${text(question)} | ${text(found)} | ${text(answer)} |`,
    ),
    '',
    ...measurementGroups(evaluation).flatMap(({ title, rows }) => [
      `## ${text(title)}`,
      '',
      '| metric | value | unit | better | measured on |',
      '|---|---:|---|---|---|',
      ...rows.map(
        (m) =>
          `| ${text(m.metric)} | ${formatSignificant(m.value, 4)}${m.standardError === undefined ? '' : ` ± ${formatSignificant(m.standardError, 2)}`} | ${unitInWords(m.unit, item)} | ${m.direction} | ${text(measurementFacts(m))} |`,
      ),
      '',
    ]),
    '## For scale, and cost',
    '',
    '| what | value |',
    '|---|---:|',
    ...[...scaleRows(evaluation), ...costRows(evaluation)].map(
      ([what, value]) => `| ${text(what)} | ${value} |`,
    ),
    '',
    ...(remarks(evaluation).length === 0
      ? []
      : ['## Remarks', '', ...remarks(evaluation).map((remark) => `- ${text(remark)}`), '']),
  ].join('\n');
}
