import type { Evaluation } from '../study/evaluate-checkpoint.ts';
import { formatSignificant } from '../study/format-number.ts';
import { unitInWords } from '../study/metric-in-words.ts';
import { measurementFacts, measurementGroups } from './html/evaluation-html.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The evaluation of one model as Markdown. */
export function evaluationMarkdown(evaluation: Evaluation): string {
  const { label, family, target, trial, suitability, reference } = evaluation;
  const item = trial.files.samples.endsWith('.json') ? 'text' : 'image';
  return [
    `# ${label} on ${target}`,
    '',
    `A ${family} with ${trial.cost.parameters.toLocaleString('en-US')} parameters, evaluated without any training.`,
    '',
    `**${suitability.sentences.at(-1)}** ${suitability.sentences.slice(0, -1).join(' ')}`,
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
    ...(reference === undefined
      ? []
      : [
          `For scale: ${reference.what} reach ${formatSignificant(reference.value, 4)} ${unitInWords(reference.unit, item)}.`,
          '',
        ]),
    ...(trial.warnings.length === 0
      ? []
      : ['## Warnings', '', ...trial.warnings.map((text) => `- ${text}`), '']),
  ].join('\n');
}
