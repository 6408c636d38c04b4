import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Citation, citationText } from '../../src/citation.ts';
import { updateRules } from '../../src/engine/optimisers/index.ts';
import type { UpdateRule } from '../../src/engine/optimisers/update-rule.ts';
import { messages } from '../../src/errors.ts';
import { metrics } from '../../src/metrics/index.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { type Family, families } from '../../src/models/index.ts';
import { studySpec } from '../../src/study/study-spec.ts';
import { techniques } from '../../src/techniques/index.ts';
import type { Technique } from '../../src/techniques/technique.ts';
import { schedules } from '../../src/training/schedules/index.ts';
import type { Schedule } from '../../src/training/schedules/schedule.ts';

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly default?: unknown;
  readonly description?: string;
}

const schemaOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;

function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeText))].join(' or ');
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}`;
  return schema.type ?? 'value';
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function optionRows(schema: JsonSchema, prefix = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, option]) => {
    const byDefault = option.default === undefined ? '' : ` Default ${JSON.stringify(option.default)}.`;
    const row = `| \`${prefix}${name}\` | ${cell(typeText(option))} | ${cell(`${option.description ?? ''}${byDefault}`.trim())} |`;
    // Objects that belong to the study itself are opened; data specs and models have pages of their own.
    return option.type === 'object' && prefix === '' ? [row, ...optionRows(option, `${name}.`)] : [row];
  });
}

function optionTable(schema: z.ZodType): string[] {
  const rows = optionRows(schemaOf(schema));
  return rows.length === 0 ? [] : ['', '| option | values | meaning |', '|---|---|---|', ...rows];
}

/** An entry's works as paragraphs; those that only an option calls for say so. */
function worksOf(entry: {
  readonly citations: readonly Citation[];
  readonly optionCitations?: Readonly<Record<string, readonly Citation[]>>;
}): string[] {
  const further = Object.entries(entry.optionCitations ?? {});
  return [
    ...entry.citations.map((citation) => `\n${citationText(citation)}`),
    ...further.flatMap(([option, works]) =>
      works.map((citation) => `\nWith \`${option}\`: ${citationText(citation)}`),
    ),
  ];
}

function section<T>(
  title: string,
  table: Readonly<Record<string, T>>,
  body: (entry: T) => readonly string[],
): string[] {
  return [
    '',
    `## ${title}`,
    ...Object.entries(table).flatMap(([name, entry]) => ['', `### \`${name}\``, '', ...body(entry)]),
  ];
}

/** Every error code with what its comment in the table of messages says. */
function errorRows(): string[] {
  const source = readFileSync(new URL('../../src/errors.ts', import.meta.url), 'utf8');
  return Object.keys(messages).map((code) => {
    const comment = new RegExp(`/\\*\\* ([^\\n]+) \\*/\\n  '?${code}'?: \\(`).exec(source)?.[1];
    if (comment === undefined) throw new Error(`error code '${code}' has no comment`);
    return `- \`${code}\`: ${comment}`;
  });
}

/** The reference page, made from the registries, so that it cannot fall behind them. */
export function referenceText(): string {
  return [
    '# Reference',
    '',
    'Made from the program itself; a test compares it.',
    '',
    '## Study file',
    ...optionTable(studySpec),
    ...section('Model families', families as Record<string, Family>, (family) => [
      `${family.title}, for ${family.domain}s.`,
      ...worksOf(family),
      ...optionTable(family.schema),
    ]),
    ...section('Techniques', techniques as Record<string, Technique>, (technique) => [
      technique.summary,
      ...worksOf(technique),
      ...optionTable(technique.options),
    ]),
    ...section('Optimisers', updateRules as Record<string, UpdateRule>, (rule) => [
      `${rule.title}. Follows ${rule.follows.join(', ')}.`,
      ...worksOf(rule),
      ...optionTable(rule.options),
    ]),
    ...section('Schedules', schedules as Record<string, Schedule>, (schedule) => [
      `${schedule.title}. Follows ${schedule.follows.join(', ') || 'its definition'}.`,
      ...worksOf(schedule),
      ...optionTable(schedule.options),
    ]),
    ...section('Metrics', metrics as unknown as Record<string, Metric>, (metric) => [
      `${metric.title}. ${metric.summary}`,
      '',
      `Unit: ${metric.unit}. ${metric.direction === 'lower' ? 'Lower' : 'Higher'} is better. Needs: ${Object.keys(metric.needs).join(', ')}.`,
      ...worksOf(metric),
      ...optionTable(metric.options),
    ]),
    '',
    '## Error codes',
    '',
    ...errorRows(),
    '',
  ].join('\n');
}
