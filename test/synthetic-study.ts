import { stream } from '../src/random.ts';
import type { Measurement } from '../src/study/measurement.ts';
import type { TrialResult } from '../src/study/trial-result.ts';
import type { ComparedTechnique, FinishedTrial, Matrix } from '../src/study/trial-table.ts';
import type { Look } from '../src/training/look.ts';

/** A row of a made-up study: where its primary metric ends and how its training goes. */
export interface SyntheticRow extends ComparedTechnique {
  /** Primary metric at a budget without noise. */
  readonly quality: (budget: number) => number;
  /** Validation loss before the first update, above the final one. */
  readonly start: number;
  /** Share of the full training's operations and parameters. */
  readonly share: number;
  /** Spread of its own noise over seeds. */
  readonly noise?: number;
  readonly fresh?: boolean;
}

/** What a made-up study consists of. */
export interface SyntheticStudy {
  readonly rows: readonly SyntheticRow[];
  readonly budgets: readonly number[];
  readonly seeds: readonly number[];
  readonly models?: readonly string[];
  readonly kind?: 'image' | 'text';
  readonly steps?: number;
  /** Data sets never trained on. */
  readonly unseen?: readonly string[];
  /** Trials that do not exist because they failed. */
  readonly failed?: (technique: string, budget: number, seed: number) => boolean;
  readonly unconverged?: (technique: string, budget: number) => boolean;
}

/** Rows like those of a first study on images: transfer helps most with few examples. */
export const imageRows: readonly SyntheticRow[] = [
  { label: 'source-only', name: 'source-only', trains: false, quality: () => 148, start: 0, share: 0 },
  {
    label: 'from-scratch',
    name: 'from-scratch',
    trains: true,
    quality: (n) => 84 + 230 / Math.sqrt(n),
    start: 380,
    share: 1,
    fresh: true,
  },
  {
    label: 'feature-extraction',
    name: 'feature-extraction',
    trains: true,
    quality: (n) => 98 + 60 / Math.sqrt(n),
    start: 44,
    share: 0.22,
  },
  {
    label: 'fine-tune',
    name: 'fine-tune',
    trains: true,
    quality: (n) => 82 + 110 / Math.sqrt(n),
    start: 46,
    share: 1,
  },
  {
    label: 'gradual-unfreezing',
    name: 'gradual-unfreezing',
    trains: true,
    quality: (n) => 82.6 + 112 / Math.sqrt(n),
    start: 45,
    share: 0.6,
    noise: 1.1,
  },
];

/** Rows of a study on texts: perplexities. */
export const textRows: readonly SyntheticRow[] = [
  { label: 'source-only', name: 'source-only', trains: false, quality: () => 11.2, start: 0, share: 0 },
  {
    label: 'from-scratch',
    name: 'from-scratch',
    trains: true,
    quality: (n) => 5.2 + 60 / Math.sqrt(n),
    start: 2.2,
    share: 1,
    noise: 0.05,
    fresh: true,
  },
  {
    label: 'fine-tune',
    name: 'fine-tune',
    trains: true,
    quality: (n) => 5 + 30 / Math.sqrt(n),
    start: 0.9,
    share: 1,
    noise: 0.05,
  },
  {
    label: 'fine-tune (schedule one-cycle, learning rate 0.0003)',
    name: 'fine-tune',
    trains: true,
    quality: (n) => 5 + 29 / Math.sqrt(n),
    start: 0.9,
    share: 1,
    noise: 0.05,
  },
];

export const matrixOf = ({ rows, budgets, seeds, models = ['vae'] }: SyntheticStudy): Matrix => ({
  models,
  techniques: rows.map(({ label, name, trains }) => ({ label, name, trains })),
  budgets,
  seeds,
});

/** Step id of a made-up trial: 32 hexadecimal digits. */
function stepId(random: ReturnType<typeof stream>): string {
  return [...random.child('id').uint32s(4)].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** Trials with values that follow the rows' curves, with noise that all techniques of a seed share in part. */
export function syntheticTrials(study: SyntheticStudy): FinishedTrial[] {
  const { rows, budgets, seeds, models = ['vae'], failed, unconverged } = study;
  const root = stream(7);
  return models.flatMap((model) =>
    rows.flatMap((row) =>
      // A technique that adapts nothing is run once for all budgets and seeds.
      (row.trains ? budgets : budgets.slice(-1)).flatMap((budget) =>
        (row.trains ? seeds : seeds.slice(0, 1)).flatMap((seed): FinishedTrial[] => {
          if (failed?.(row.label, budget, seed)) return [];
          const random = root.child(model).child(row.label).child(budget).child(seed);
          const shared = root.child('seed').child(budget).child(seed).normals(1)[0]!;
          const noise = (row.noise ?? 0.6) * random.child('noise').normals(1)[0]!;
          const value = row.quality(budget) + (row.trains ? (row.noise ?? 0.6) * shared + noise : 0);
          const open = unconverged?.(row.label, budget) ?? false;
          return [
            {
              step: stepId(random),
              result: trialResult(study, row, model, budget, seed, value, open, random),
            },
          ];
        }),
      ),
    ),
  );
}

function trialResult(
  study: SyntheticStudy,
  row: SyntheticRow,
  model: string,
  budget: number,
  seed: number,
  value: number,
  open: boolean,
  random: ReturnType<typeof stream>,
): TrialResult {
  const { kind = 'image', steps = 600 } = study;
  const images = kind === 'image';
  const size = images ? 647_000 : 812_000;
  const u = random.child('cost').uniforms(6);
  const seconds = row.trains ? (steps / 60) * (0.4 + 0.6 * row.share) * (0.9 + 0.2 * u[0]!) : 0;
  return {
    cell: { model, technique: row.label, budget, seed },
    learningRate: row.trains ? [3e-4, 1e-3, 3e-3][Math.floor(3 * u[1]!)]! : 0,
    stages: row.trains ? [{ name: 'all layers', layers: ['a', 'b'], from: 0, to: steps }] : [],
    looks: looksOf(row, steps, images ? value : Math.log(value), open, size, random),
    lossUnit: images ? 'nats per example' : 'nats per token',
    converged: !open,
    measurements: images
      ? imageMeasurements(study, row, budget, value, random)
      : textMeasurements(study, row, value, random),
    cost: {
      trainingSeconds: seconds,
      trainingCpuSeconds: seconds * 0.98,
      measuringSeconds: 2 + u[2]!,
      steps: row.trains ? steps : 0,
      stepsToBest: row.trains ? Math.round(steps * (0.5 + 0.5 * u[3]!)) : 0,
      stepsToConvergence: row.trains && !open ? Math.round(steps * 0.6) : open ? null : 0,
      peakMemory: 310e6 + 20e6 * u[4]!,
      parameters: size,
      trainedParameters: Math.round(size * row.share),
      trainingFlops: row.share * steps * 6 * 32 * size,
      sampleLatency: { p50: 0.31, p95: 0.42 },
      sampleThroughput: 2900 + 200 * u[5]!,
      fileSize: size * 4 + 900,
    },
    files: {
      checkpoint: 'checkpoint',
      samples: images ? 'samples.png' : 'samples.json',
      ...(images ? { nearest: 'nearest.png', reconstructions: 'reconstructions.png' } : {}),
    },
    notes: [],
    warnings: [],
    weightsHash: `${stepId(random.child('weights'))}${stepId(random.child('weights2'))}`,
  };
}

function looksOf(
  row: SyntheticRow,
  steps: number,
  final: number,
  open: boolean,
  size: number,
  random: ReturnType<typeof stream>,
): Look[] {
  const count = row.trains ? 20 : 0;
  const jitter = random.child('looks').normals(count + 1);
  return Array.from({ length: count + 1 }, (_, i) => {
    const part = count === 0 ? 0 : i / count;
    const left = row.start * Math.exp(-(open ? 2.2 : 6) * part);
    const validation = final + left + 0.004 * final * jitter[i]! * (1 - part);
    return {
      step: Math.round(part * steps),
      flops: row.share * part * steps * 6 * 32 * size,
      training: i === 0 ? null : validation - 0.03 * final * part,
      validation,
      learningRate: 1e-3,
      stage: 0,
    };
  });
}

function imageMeasurements(
  { unseen = [] }: SyntheticStudy,
  row: SyntheticRow,
  budget: number,
  value: number,
  random: ReturnType<typeof stream>,
): Measurement[] {
  const z = random.child('measurements').normals(16);
  const likelihood = (on: string, nll: number, split: string, real: number): Measurement[] => [
    {
      metric: 'nll',
      on,
      split,
      real,
      value: nll,
      unit: 'nats/item',
      direction: 'lower',
      version: 1,
      representation: 'binary 28x28x1',
      options: { k: 64 },

      standardError: 0.6,
    },
    {
      metric: 'bits_per_dim',
      on,
      split,
      real,
      value: nll / Math.LN2 / 784,
      unit: 'bits/dimension',
      direction: 'lower',
      version: 1,
      representation: 'binary 28x28x1',
      options: { k: 64, dimensions: 784 },
    },
  ];
  const share = (x: number) => Math.min(1, Math.max(0, x));
  const features = { network: 'glyph-net', hash: '9f3a61d2c4b8e07715aa' };
  const quality = (
    metric: string,
    v: number,
    unit: string,
    direction: 'lower' | 'higher',
    options?: Record<string, number>,
  ): Measurement => ({
    metric,
    on: 'target',
    split: 'test',
    real: 1000,
    generated: 500,
    value: v,
    unit,
    direction,
    version: 1,
    features,
    ...(options === undefined ? {} : { options }),
  });
  const closeness = (150 - value) / 70;
  return [
    ...likelihood('target', value, 'test', 1000),
    ...likelihood(
      'target',
      value - 14 * Math.exp(-budget / 200) * (row.trains ? 1 : 0),
      'train',
      Math.floor(budget * 0.8),
    ),
    ...likelihood(
      'source',
      row.trains ? (row.fresh ? 190 + z[1]! : 92 + 22 * row.share + 9 * Math.log10(budget) + z[1]!) : 78,
      'test',
      1000,
    ),
    ...unseen.flatMap((name, i) => likelihood(name, value + 18 + 9 * i + z[2]!, 'test', 800)),
    {
      metric: 'authpct',
      on: 'target',
      split: 'train',
      real: Math.floor(budget * 0.8),
      generated: 500,
      value: share(0.93 - 4 / budget + 0.02 * z[3]!) * 100,
      unit: '%',
      direction: 'higher',
      version: 1,
      features: { network: 'pixels', hash: '' },
    },
    {
      metric: 'reconstruction_mse',
      on: 'target',
      split: 'test',
      real: 1000,
      value: 0.02 + value / 4000,
      unit: 'squared data units',
      direction: 'lower',
      version: 1,
      representation: 'binary 28x28x1',
    },
    quality('fid', 90 - 55 * closeness + z[4]!, 'squared feature units', 'lower'),
    quality('kid', 0.09 - 0.06 * closeness + 0.002 * z[5]!, 'squared kernel units', 'lower'),
    quality('precision', share(0.35 + 0.4 * closeness + 0.02 * z[6]!), 'share', 'higher', { k: 5 }),
    quality('recall', share(0.25 + 0.4 * closeness + 0.02 * z[7]!), 'share', 'higher', { k: 5 }),
    quality('density', 0.4 + 0.5 * closeness + 0.03 * z[8]!, 'ratio', 'higher', { k: 5 }),
    quality('coverage', share(0.3 + 0.5 * closeness + 0.02 * z[9]!), 'share', 'higher', { k: 5 }),
  ];
}

function textMeasurements(
  { unseen = [] }: SyntheticStudy,
  row: SyntheticRow,
  value: number,
  random: ReturnType<typeof stream>,
): Measurement[] {
  const z = random.child('measurements').normals(8);
  const likelihood = (on: string, perplexity: number, split: string): Measurement[] => [
    {
      metric: 'perplexity',
      on,
      split,
      real: 310,
      value: perplexity,
      unit: 'tokens',
      direction: 'lower',
      version: 1,
      representation: 'character tokens',
    },
    {
      metric: 'bits_per_byte',
      on,
      split,
      real: 310,
      value: Math.log2(perplexity) * 0.98,
      unit: 'bits/byte',
      direction: 'lower',
      version: 1,
      representation: 'character tokens',
    },
  ];
  return [
    ...likelihood('target', value, 'test'),
    ...likelihood('target', value * 0.9, 'train'),
    ...likelihood('source', row.trains ? value + 3 + 0.2 * z[0]! : 4.1, 'test'),
    ...unseen.flatMap((name) => likelihood(name, value + 4 + 0.2 * z[1]!, 'test')),
    {
      metric: 'distinct_n',
      on: 'target',
      generated: 498,
      value: 0.61 + 0.01 * z[2]!,
      unit: 'share',
      direction: 'higher',
      version: 1,
      options: { n: 2, tokens: 'characters' },
    },
    {
      metric: 'ngram_novelty',
      on: 'target',
      split: 'train',
      real: 80,
      generated: 498,
      value: 0.42 + 0.01 * z[3]!,
      unit: 'share',
      direction: 'higher',
      version: 1,
      options: { n: 4, tokens: 'characters' },
    },
  ];
}
