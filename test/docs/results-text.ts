import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatDuration } from '../../src/report/format-quantity.ts';
import { keyTables } from '../../src/report/key-table.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import { markdownTable } from './markdown-table.ts';

const root = new URL('../../', import.meta.url);

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

/** A recipe as scripts/record-result.mjs keeps it, or what a peer wrote. */
interface RecipeResult {
  readonly commit: string;
  readonly mean: Readonly<Record<string, { mean: number; deviation: number | null }>>;
  readonly runs: readonly {
    seed: number;
    wholePart?: { loss: number };
    estimate?: { loss: number };
    measurements: readonly { metric: string; value: number }[];
  }[];
}

const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as T;
const has = (path: string) => existsSync(fileURLToPath(new URL(path, root)));
const fixed = (value: number, decimals: number) => value.toFixed(decimals).replace('-', '−');

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

/** docs/results.md: what the kept results say, in their own words. */
export function resultsText(): string {
  return [
    '# Results',
    '',
    'What the studies and recipes of `examples/` found. This page is written from the files in `docs/results/` (and those of other programs in `bench/peers/results/`), and a test compares it with them. Times are of one machine with two cores that had other work to do as well. Each result names the commit that it was made with: run again there, it ends with the same numbers but for time and memory; with a later commit numbers may differ where the changelog says so. Every report also says what its verdict holds for: these checkpoints and test sets, how learning rates were searched, what the brackets and the 5 % mean.',
    '',
    '`GRAFT_DATA` names the folder with MNIST and the other public data sets ([data](data.md) says how they are found).',
    '',
    '# Studies',
    '',
    ...recordedStudies.filter((name) => has(`docs/results/${name}.json`)).flatMap(studySection),
    '# Recipes beside their originals',
    '',
    ...nanogptSection(),
    ...vaeSection(),
    ...(has('docs/results/gan-samples.json') ? ganSection() : []),
    ...speedSection(),
    ...(has('docs/results/quickstart-peer.json') ? quickstartSection() : []),
    ...(has('docs/results/frozen-stage.json') ? frozenSection() : []),
  ].join('\n');
}

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

function studySection(name: string): string[] {
  const result = read<StudyResult>(`docs/results/${name}.json`);
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
    'The verdict:',
    '',
    ...result.verdict.filter(({ kind }) => kind !== 'scope').map(({ text }) => `- ${text}`),
    '',
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

interface Peer {
  readonly whole_validation: { mean: number; sd: number };
  readonly published_estimate: number;
  readonly runs: readonly { seed: number; whole_validation: number; estimate_20_batches: { mean: number } }[];
}

function nanogptSection(): string[] {
  const ours = read<RecipeResult>('docs/results/nanogpt-cpu.json');
  const theirs = read<Peer>('bench/peers/results/nanogpt-cpu.json');
  const losses = ours.runs.map(({ wholePart }) => wholePart!.loss);
  const firstThree = losses.slice(0, 3).reduce((a, b) => a + b) / 3;
  const whole = ours.mean['mean loss over the whole validation part']!;
  const batches = ours.mean['mean loss of 20 batches of random windows']!;
  const list = (values: readonly number[]) => values.map((value) => fixed(value, 4)).join(', ');
  return [
    '## nanogpt-cpu',
    '',
    `nanoGPT's configuration for a CPU on Shakespeare's plays: \`graft pretrain examples/recipes/nanogpt-cpu.yaml --out nanogpt seeds=${losses.length}\`, commit ${ours.commit}. Nats per character over the whole validation part; in brackets the standard deviation over seeds.`,
    '',
    markdownTable(
      ['program', 'seeds', 'mean', 'each'],
      [
        [
          'Graft',
          String(losses.length),
          `${fixed(whole.mean, 4)} (${fixed(whole.deviation!, 4)})`,
          list(losses),
        ],
        ['Graft, the first three', '3', fixed(firstThree, 4), list(losses.slice(0, 3))],
        [
          "nanoGPT's own code, PyTorch",
          String(theirs.runs.length),
          `${fixed(theirs.whole_validation.mean, 4)} (${fixed(theirs.whole_validation.sd, 4)})`,
          list(theirs.runs.map((run) => run.whole_validation)),
        ],
      ],
    ),
    '',
    `The estimate from 20 batches that nanoGPT prints, published as ${theirs.published_estimate}: Graft ${fixed(batches.mean, 3)} (${fixed(batches.deviation!, 3)}), nanoGPT's code here ${fixed(theirs.runs.reduce((sum, run) => sum + run.estimate_20_batches.mean, 0) / theirs.runs.length, 3)}. From the same weights and batches both programs take the same path: over 1,000 updates their losses differ by less than 0.00001 (\`npm run bench -- nanogpt-parity\`); what differs here is the batches and starting weights that each draws.`,
    '',
  ];
}

/** PyTorch's ways to run a step, as columns are headed. */
const peerModes = { eager: 'eager', fused: 'fused', compile: 'compiled' } as const;
type PeerMode = keyof typeof peerModes;

type SpeedRow = Readonly<Record<`${PeerMode}_ms` | `to_${PeerMode}`, number>> & {
  readonly model: string;
  readonly threads: number;
  readonly graft_ms: number;
  readonly optimiser_share: number;
};

function speedSection(): string[] {
  const { commit, rows, geometric_mean_to_eager, environment } = read<{
    commit: string;
    rows: readonly SpeedRow[];
    geometric_mean_to_eager: number;
    environment: { torch: string; processor: string; cores: number };
  }>('docs/results/training-step.json');
  // A shorter run may leave PyTorch's compiler out.
  const modes = (Object.keys(peerModes) as PeerMode[]).filter((mode) =>
    rows.every((row) => `${mode}_ms` in row),
  );
  return [
    '# Speed of a training step',
    '',
    `\`npm run bench -- --python peers-env/bin/python\`, commit ${commit}: milliseconds of a step (median) in turns with PyTorch ${environment.torch} on ${environment.cores} cores (${environment.processor}); ratios below 1 are faster than PyTorch. 'fused' is PyTorch with \`fused=True\` in its optimiser${modes.includes('compile') ? ", 'compiled' with `torch.compile`" : ''}. Geometric mean of the ratios to eager: ${fixed(geometric_mean_to_eager, 2)}.`,
    '',
    markdownTable(
      [
        ...['model', 'threads', 'Graft'],
        ...modes.map((mode) => peerModes[mode]),
        ...modes.map((mode) => `ratio to ${peerModes[mode]}`),
        "optimiser's share",
      ],
      rows.map((row) => [
        row.model,
        String(row.threads),
        fixed(row.graft_ms, 1),
        ...modes.map((mode) => fixed(row[`${mode}_ms`], 1)),
        ...modes.map((mode) => fixed(row[`to_${mode}`], 2)),
        `${fixed(100 * row.optimiser_share, 0)} %`,
      ]),
    ),
    '',
  ];
}

/** What `npm run bench -- gan-samples` says of the checkpoints of examples/recipes/gan-mnist.yaml. */
function ganSection(): string[] {
  const { commit, count, network, realCoverage, accuracy, realConfident, rows } = read<{
    readonly commit: string;
    readonly count: number;
    readonly network: string;
    readonly realCoverage: number;
    readonly accuracy: number;
    readonly realConfident: number;
    readonly rows: readonly { coverage: number; toReal: number; confident: number; shares: number[] }[];
  }>('docs/results/gan-samples.json');
  const percent = (share: number) => `${fixed(100 * share, 1)} %`;
  return [
    '## gan-mnist',
    '',
    `Digits by class from an adversarial network, ${rows.length} seeds: \`graft pretrain examples/recipes/gan-mnist.yaml --out gan-mnist\`, then \`npm run bench -- gan-samples\`, commit ${commit}. ${count} samples against ${count} test images, 5 neighbours in the network \`${network}\`; as many training images cover ${fixed(realCoverage, 3)} of them. A classifier that gets ${percent(accuracy)} of the test images right is surer than 0.9 of ${percent(realConfident)} of them.`,
    '',
    markdownTable(
      [
        'seed',
        'coverage',
        'in that of real images',
        'samples surer than 0.9',
        'rarest class',
        'commonest class',
      ],
      rows.map((row, i) => [
        String(i + 1),
        fixed(row.coverage, 3),
        fixed(row.toReal, 3),
        percent(row.confident),
        percent(Math.min(...row.shares)),
        percent(Math.max(...row.shares)),
      ]),
    ),
    '',
  ];
}

/** The seconds of a program's parts, all of its processes together, as the columns name them. */
const partNames = {
  pretrain: 'pre-training',
  tune: 'rate search',
  train: 'training',
  measure: 'measuring',
  idle: 'idle',
} as const;

function quickstartSection(): string[] {
  const { commit, rows, ratio, rounds, processor } = read<{
    commit: string;
    rows: readonly (Readonly<Partial<Record<keyof typeof partNames, number>>> & {
      readonly program: string;
      readonly wall: number;
    })[];
    ratio: number;
    rounds: number;
    processor: string;
  }>('docs/results/quickstart-peer.json');
  const parts = Object.keys(partNames) as (keyof typeof partNames)[];
  return [
    '# The quickstart study beside PyTorch',
    '',
    `\`npm run bench -- quickstart --python peers-env/bin/python --rounds ${rounds}\`, commit ${commit}, two cores (${processor}): the same trials and metrics by a PyTorch program with its data in memory. Seconds from start to exit, and of the parts those of all processes together. Graft takes ${fixed(ratio, 2)} of the time of PyTorch's best setting. Most of it, in both programs, are the matrix products of the likelihood bound (256 decoded codes for each item).`,
    '',
    markdownTable(
      ['program', 'wall clock', ...parts.map((part) => partNames[part])],
      rows.map((row) => [
        row.program,
        fixed(row.wall, 0),
        ...parts.map((part) => (row[part] === undefined ? '–' : fixed(row[part], 0))),
      ]),
    ),
    '',
  ];
}

function frozenSection(): string[] {
  const { commit, rows } = read<{
    commit: string;
    rows: readonly {
      readonly model: string;
      readonly trained: string;
      readonly whole_ms: number;
      readonly part_ms: number;
      readonly operations_left: number;
      readonly to_floor: number;
    }[];
  }>('docs/results/frozen-stage.json');
  return [
    '# A stage with frozen layers',
    '',
    `\`npm run bench -- frozen-stage\`, commit ${commit}, one thread: milliseconds of a step in which only the last layers train, against the floor that its remaining operations allow at the rate of a whole step.`,
    '',
    markdownTable(
      ['model', 'trained', 'whole step', 'this step', 'operations left', 'ratio to the floor'],
      rows.map((row) => [
        row.model,
        row.trained,
        fixed(row.whole_ms, 1),
        fixed(row.part_ms, 2),
        `${fixed(100 * row.operations_left, 1)} %`,
        fixed(row.to_floor, 2),
      ]),
    ),
    '',
  ];
}

function vaeSection(): string[] {
  const ours = read<RecipeResult>('docs/results/vae-mnist.json');
  const theirs = read<{
    test_bound: { mean: number };
    epochs: number;
    runs: readonly { best_validation_loss: number }[];
  }>('bench/peers/results/vae-mnist.json');
  const nll = ours.mean['nll (test)']!.mean;
  return [
    '## vae-mnist',
    '',
    `pythae's recipe for a variational autoencoder, ${theirs.epochs} epochs on 25,000 binarised images of MNIST, 5,000 more for choosing the weights: \`graft pretrain examples/recipes/vae-mnist.yaml --out vae-mnist\`, commit ${ours.commit}. Nats per test image, bound from 200 samples, one seed.`,
    '',
    markdownTable(
      ['program', 'bound on the negative log-likelihood', 'best validation loss (negative ELBO)'],
      [
        ['Graft', fixed(nll, 2), fixed(ours.mean['best validation loss']!.mean, 2)],
        [
          'the same recipe in PyTorch',
          fixed(theirs.test_bound.mean, 2),
          fixed(theirs.runs[0]!.best_validation_loss, 2),
        ],
      ],
    ),
    '',
  ];
}
