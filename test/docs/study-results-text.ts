import { formatDuration } from '../../src/report/format-quantity.ts';
import { keyTables } from '../../src/report/key-table.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import { formatNumber } from '../../src/study/format-number.ts';
import { primaryDecimals } from '../../src/study/primary-decimals.ts';
import { standingCells } from '../../src/study/rank-cells.ts';
import { fixed, isKept, readKept } from './kept-results.ts';
import { markdownTable } from './markdown-table.ts';

/** A study as scripts/record-result.mjs keeps it. */
interface StudyResult {
  readonly commit: string;
  /** The commit whose verdict it is, where that is a later one. */
  readonly judged?: string;
  readonly date: string;
  readonly name: string;
  readonly description: string;
  readonly data: readonly { role: string; name: string; counts: Record<string, number> }[];
  readonly models?: readonly { label: string; parameters: number; origin?: string }[];
  readonly matrix: ReportData['matrix'];
  readonly comparison: NonNullable<ReportData['comparison']>;
  readonly recognised: readonly { technique: string; budget: number; real: number; values: number[] }[];
  /** Of samples, by model and technique at the largest budget: a value a seed. */
  readonly samples?: readonly {
    model: string;
    technique: string;
    values: Readonly<Record<string, readonly number[]>>;
    real: Readonly<Record<string, number>>;
  }[];
  /** Processor seconds of a trial's training and of pre-training. */
  readonly training?: readonly { model: string; trial: number | null; pretraining: number | null }[];
  readonly verdict: readonly { kind: string; text: string }[];
  readonly cost: { predicted: Cost; actual: Cost };
  readonly environment: { workers: number; threadsPerWorker: number; processor: string };
}

interface Cost {
  readonly wallSeconds: number;
  readonly memory: number;
}

/** The studies of examples/ whose results are kept, in the order of the page. */
export const recordedStudies = [
  'quickstart',
  'mnist-kmnist',
  'mnist-fashion',
  'sherlock-pride',
  'names-english-italian',
  'families-mnist-kmnist',
  'nottingham-jigs-waltzes',
  'nottingham-reels',
  'tiles-item-player',
  'cifar10-paintings',
  'foreign-vae-kmnist',
  'foreign-vae-quickdraw',
  'foreign-lstm-plays',
  'foreign-lstm-speeches',
  'foreign-stories-sherlock',
  'foreign-cvae-quickdraw',
] as const;

/** What samples are judged by, in the order of the columns, with decimals. */
const sampleColumns = {
  valid_tunes: 3,
  bars_in_metre: 3,
  notes_in_key: 3,
  kid: 3,
  fid: 1,
  precision: 3,
  recall: 3,
  density: 3,
  coverage: 3,
} as const;

/** Samples at the largest budget where several models or tunes are compared: means over seeds beside the real ones. */
function sampleTable({ samples = [], matrix }: StudyResult): string[] {
  const several = matrix.models.length > 1;
  const metrics = Object.keys(sampleColumns) as (keyof typeof sampleColumns)[];
  const columns = metrics.filter((metric) => samples.some(({ values }) => values[metric] !== undefined));
  if (columns.length === 0 || (!several && !columns.includes('valid_tunes'))) return [];
  const real = columns.map((metric) => samples.map((row) => row.real[metric]).find((v) => v !== undefined));
  const number = (metric: keyof typeof sampleColumns, value: number | undefined) =>
    value === undefined ? '–' : fixed(value, sampleColumns[metric]);
  const mean = (values: readonly number[] | undefined) =>
    values === undefined ? undefined : values.reduce((a, b) => a + b) / values.length;
  return [
    `Samples with ${matrix.budgets.at(-1)} items, means over seeds:`,
    '',
    markdownTable(
      [several ? 'model, technique' : 'technique', ...columns],
      [
        ...samples.map(({ model, technique, values }) => [
          several ? `${model}, ${technique}` : technique,
          ...columns.map((metric) => number(metric, mean(values[metric]))),
        ]),
        ...(real.some((value) => value !== undefined)
          ? [['real test items', ...columns.map((metric, i) => number(metric, real[i]))]]
          : []),
      ],
    ),
    '',
  ];
}

/** What training costs where several models are compared. */
function trainingSentence({ training = [] }: StudyResult): string[] {
  if (training.length < 2) return [];
  const seconds = (value: number | null) => (value === null ? 'none' : `${fixed(value, 1)} s`);
  return [
    `Training of a trial, processor time (pre-training, clock, in brackets): ${training.map(({ model, trial, pretraining }) => `${model} ${seconds(trial)} (${seconds(pretraining)})`).join(', ')}.`,
    '',
  ];
}

/** A line for each model of a study. */
function overviewRows(name: string, { matrix, comparison }: StudyResult): string[][] {
  const { metric, unit, direction } = comparison.primary;
  const smallest = matrix.budgets.length > 1 ? matrix.budgets[0] : undefined;
  return matrix.models.map((model, i) => {
    const decimals = primaryDecimals(comparison, model);
    return [
      i === 0 ? `[${name}](#${name})` : '',
      model,
      i > 0 ? '' : [metric, ...(unit === '' ? [] : [unit])].join(', '),
      ...[smallest, matrix.budgets.at(-1)].map((budget) => {
        if (budget === undefined) return '–';
        const { choice, standing } = standingCells(
          comparison.cells.filter((cell) => cell.model === model && cell.budget === budget),
          comparison.comparisons.filter((one) => one.model === model && one.budget === budget),
          direction,
        );
        if (choice === undefined) return '–';
        const others = standing.filter((cell) => cell !== choice).map(({ technique }) => technique);
        const best = `${budget}: ${choice.technique} ${formatNumber(choice.mean!, decimals)}`;
        return others.length === 0 ? best : `${best} (${others.join(', ')})`;
      }),
    ];
  });
}

/** What one study found. */
function studySection(name: string, result: StudyResult): string[] {
  const { data, matrix, comparison, cost, recognised } = result;
  const role = (wanted: string) => data.find((set) => set.role === wanted);
  const { counts, name: target } = role('target')!;
  const unit = comparison.primary.unit.replace('nats/item', 'nats per item');
  const scale = [comparison.primary.metric, ...(unit === '' ? [] : [unit])].join(', ');
  const largest = matrix.budgets.at(-1)!;
  const shares = recognised.filter(({ budget }) => budget === largest);
  const percent = (share: number) => `${fixed(100 * share, 0)} %`;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  return [
    `## ${name}`,
    '',
    `${result.description} \`graft run examples/${name}.yaml\`, commit ${result.commit}${result.judged === undefined ? '' : ` (the verdict of these trials was written anew at ${result.judged})`}, ${result.date}: ${formatDuration(cost.actual.wallSeconds)} (predicted: ${formatDuration(cost.predicted.wallSeconds)}).`,
    '',
    `${originOf(result, role('source')?.name)} Target: ${target}; the figures are of ${comparison.primary.real ?? counts.test} held-out items.`,
    '',
    ...keyTables(result).flatMap(({ model, rows }) => [
      `${matrix.models.length > 1 ? `${model}: ` : ''}${scale}, ${comparison.primary.direction} is better: mean ± half of the 95 % interval over ${matrix.seeds.length} seeds; **bold**: best mean, †: training had not converged.`,
      '',
      markdownTable(
        ['technique', ...matrix.budgets.map((budget) => `${budget} items`)],
        rows.map(({ technique, cells }) => [
          technique,
          ...cells.map(({ mean: value, spread, best, converged }) => {
            const number = value === null ? '–' : `${value}${spread === null ? '' : ` ${spread}`}`;
            return `${best ? `**${number}**` : number}${converged ? '' : ' †'}`;
          }),
        ]),
      ),
      '',
    ]),
    ...(shares.length === 0
      ? []
      : [
          `Share of samples that a classifier of glyphs recognises, with ${largest} items (real test images: ${percent(shares[0]!.real)}): ${shares.map(({ technique, values }) => `${technique} ${percent(mean(values))}`).join(', ')}.`,
          '',
        ]),
    ...sampleTable(result),
    ...trainingSentence(result),
    ...verdictLines(result),
  ];
}

/** What a study says to use, and folded away what that rests on. */
function verdictLines({ verdict }: StudyResult): string[] {
  const said = verdict.filter(({ kind }) => kind !== 'scope');
  const uses = said.filter(({ kind }) => kind === 'recommendation');
  const rest = said.filter(({ kind }) => kind !== 'recommendation');
  const list = (sentences: typeof said) => sentences.map(({ text }) => `- ${text}`);
  return [
    'The verdict:',
    '',
    ...list(uses),
    '',
    ...(rest.length === 0
      ? []
      : [
          '<details>',
          '<summary>Evidence, cautions, and how many seeds would be needed</summary>',
          '',
          ...list(rest),
          '',
          '</details>',
          '',
        ]),
  ];
}

/** Where the models of a study come from: the source that it trained them on, or another program. */
function originOf({ models = [] }: StudyResult, source: string | undefined): string {
  const given = models.filter(({ origin }) => origin?.startsWith('from the checkpoint'));
  if (given.length === 0) return `Source: ${source}.`;
  const list = given.map(
    ({ label, parameters }) => `${label} (${parameters.toLocaleString('en')} parameters)`,
  );
  const known = source === undefined ? '' : ` What it was made for: ${source}.`;
  return `Model of another program, imported as the study file says: ${list.join(', ')}.${known}`;
}

/** What the kept studies found: one line each, then their sections. */
export function studiesText(): string[] {
  const studies = recordedStudies
    .filter((name) => isKept(`docs/results/${name}.json`))
    .map((name) => ({ name, result: readKept<StudyResult>(`docs/results/${name}.json`) }));
  return [
    '# Studies',
    '',
    'The technique to use at the smallest and at the largest budget, with its mean. In brackets those that are not claimed to be worse: the difference is not proven, or their training had not converged. What this rests on is below.',
    '',
    markdownTable(
      ['study', 'model', 'figure', 'smallest budget', 'largest budget'],
      studies.flatMap(({ name, result }) => overviewRows(name, result)),
    ),
    '',
    ...studies.flatMap(({ name, result }) => studySection(name, result)),
  ];
}
