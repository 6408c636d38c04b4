import type { z } from 'zod';
import { citationText } from '../../citation.ts';
import { lookUp } from '../../errors.ts';
import { resolveOptions } from '../../metrics/apply-metric.ts';
import { type ArrayMeasurement, computeMetric } from '../../metrics/evaluate-arrays.ts';
import { metrics } from '../../metrics/index.ts';
import type { Metric } from '../../metrics/metric.ts';
import { defineCommand, type HelpSection } from '../command.ts';
import { overrideMap } from '../overrides.ts';
import { readArrayInput } from '../read-array-input.ts';
import { showNumber } from '../show-number.ts';
import { tableText } from '../table-text.ts';
import { checkingUsage, usageError } from '../usage-error.ts';

const table: Readonly<Record<string, Metric>> = metrics;

export const metric = defineCommand({
  name: 'metric',
  summary: 'compute any metric on arrays in files',
  description:
    'Computes one metric on arrays in files: .npy, or .npz with an array `features`, `samples` or its first one (file.npz:name for another); metrics of text also take .txt (a text a line) and .json (a list of texts). The inputs are options by name; graft metric NAME --help lists them.',
  arguments: [{ name: 'NAME', summary: 'metric; graft metric --list shows all', required: false }],
  options: {
    list: { kind: 'flag', summary: 'list all metrics with their inputs' },
    json: { kind: 'flag', summary: 'print one JSON object' },
    'per-item': { kind: 'flag', summary: 'with --json: also the lists with one entry an item' },
    seed: {
      kind: 'number',
      value: 'N',
      summary: 'for metrics that draw at random',
      fallback: 0,
      whole: true,
      least: 0,
    },
    unit: {
      kind: 'choice',
      choices: ['word', 'character'] as const,
      summary: 'what texts are cut into',
      fallback: 'character' as const,
    },
  },
  openOptions: { form: '--INPUT FILE ...', summary: 'the arrays, e.g. --real FILE --generated FILE' },
  overrides: 'options of the metric, e.g. k=5',
  examples: [
    {
      line: 'graft metric fid --real real.npz --generated gen.npz --json',
      does: 'Fréchet distance of two sets of features, as JSON',
    },
    { line: 'graft metric precision --real real.npy --generated gen.npy k=5', does: 'with an option' },
    { line: 'graft metric fid --help', does: 'inputs and options of one metric' },
  ],
  more: ([name]) => (name === undefined || !Object.hasOwn(table, name) ? [] : metricSections(table[name]!)),
  run({ arguments: [name], options, overrides, others }, terminal) {
    if (options.list) {
      terminal.out(options.json ? JSON.stringify(listed(), null, 2) : listText());
      return 0;
    }
    if (name === undefined)
      throw usageError('metric', 'missing-argument', {
        command: 'graft metric',
        argument: 'NAME',
        meaning: 'a metric; graft metric --list shows all',
      });
    const chosen = checkingUsage('metric', () => lookUp('metric', table, name));
    checkInputNames(name, chosen, others);
    const settings = checkingUsage(`metric ${name}`, () => resolveOptions(chosen, overrideMap(overrides)));
    const arrays = Object.fromEntries(
      Object.entries(others).map(([input, path]) => [
        input,
        readArrayInput(path, terminal.directory, options.unit),
      ]),
    );
    const result = computeMetric(name, arrays, settings, { seed: options.seed });
    for (const warning of result.warnings) terminal.say(`note: ${warning}`);
    terminal.out(options.json ? JSON.stringify(printed(result, options['per-item'])) : resultText(result));
    return 0;
  },
});

const plain = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();
const kebab = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`).replaceAll('_', '-');

/** An input of an unknown name may be a misspelt option as well. */
function checkInputNames(name: string, chosen: Metric, others: Readonly<Record<string, string>>): void {
  const inputs = Object.keys(chosen.needs);
  for (const given of Object.keys(others))
    if (!inputs.some((input) => plain(input) === plain(given)))
      throw usageError(`metric ${name}`, 'unknown-name', {
        kind: 'input or option',
        received: `--${given}`,
        allowed: [...inputs.map(kebab), ...Object.keys(metric.options)].map((word) => `--${word}`),
        where: `graft metric ${name}`,
      });
  for (const [input, need] of Object.entries(chosen.needs))
    if (!need.optional && !Object.keys(others).some((given) => plain(given) === plain(input)))
      throw usageError(`metric ${name}`, 'missing-argument', {
        command: `graft metric ${name}`,
        argument: `--${kebab(input)} FILE`,
        meaning: need.what,
      });
}

function printed({ perItem, ...result }: ArrayMeasurement, withItems: boolean) {
  return withItems ? { ...result, perItem } : result;
}

function resultText({ metric: name, value, unit, direction, kind, standardError, extras }: ArrayMeasurement) {
  const error = standardError === undefined ? '' : ` ± ${showNumber(standardError)} (standard error)`;
  const facts = [unit, `${direction} is better`, ...(kind === undefined ? [] : [kind])].filter(
    (fact) => fact !== '',
  );
  return [
    `${name}  ${showNumber(value)}${error}  (${facts.join('; ')})`,
    ...Object.entries(extras).map(([key, extra]) => `  ${key}  ${showNumber(extra)}`),
  ].join('\n');
}

function listed() {
  return Object.values(table).map(({ name, title, summary, unit, direction, version, needs }) => ({
    name,
    title,
    summary,
    unit,
    direction,
    version,
    inputs: Object.entries(needs).map(([input, { kind, what, optional }]) => ({
      name: kebab(input),
      kind,
      what,
      optional: optional ?? false,
    })),
  }));
}

function listText(): string {
  return tableText(
    ['metric', 'better', 'unit', 'inputs', 'what it measures'],
    listed().map(({ name, direction, unit, inputs, title }) => [
      name,
      direction,
      unit,
      inputs.map((input) => (input.optional ? `[${input.name}]` : input.name)).join(' '),
      title,
    ]),
  );
}

function metricSections(chosen: Metric): HelpSection[] {
  const inputs = Object.entries(chosen.needs).map(
    ([name, { what, optional }]) =>
      [`--${kebab(name)} FILE`, what + (optional ? ' (optional)' : '')] as const,
  );
  const options = Object.entries(chosen.options.shape).map(([name, schema]) => {
    const result = (schema as z.ZodType).safeParse(undefined);
    const fallback = result.success && result.data !== undefined ? ` (default: ${String(result.data)})` : '';
    const { values } = (schema as z.ZodType)._zod;
    const words = values === undefined ? '' : `: ${[...values].map(String).join(' or ')}`;
    return [
      name,
      `${(schema as z.ZodType).description ?? 'see docs/reference.md'}${words}${fallback}`,
    ] as const;
  });
  return [
    {
      title: `Metric ${chosen.name}`,
      rows: [
        ['', `${chosen.summary} ${chosen.direction} is better; unit: ${chosen.unit}.`],
        ...chosen.citations.map((citation) => ['', citationText(citation)] as const),
      ],
    },
    { title: 'Inputs', rows: inputs },
    ...(options.length === 0 ? [] : [{ title: 'Its settings', rows: options }]),
  ];
}
