import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stream } from '../src/random.ts';
import { collectReport, type ReportInput } from '../src/report/collect-report.ts';
import type { DataDescription, ReportData } from '../src/report/report-data.ts';
import type { StepRecord } from '../src/store/step-record.ts';
import type { Json } from '../src/study/step.ts';
import { parseStudy } from '../src/study/study-spec.ts';
import type { TechniqueRow } from '../src/study/technique-row.ts';
import type { Cell } from '../src/study/trial-result.ts';
import type { FinishedTrial } from '../src/study/trial-table.ts';
import { latentPictures, pngGrid } from './synthetic-images.ts';
import { type SyntheticStudy, syntheticTrials } from './synthetic-study.ts';

/** Pictures of a trial: samples that follow the seed's latents, and their nearest training examples. */
export type PicturesOf = (
  cell: Cell,
  quality: number,
) => Promise<{ samples: Buffer; nearest: Buffer; reconstructions: Buffer }>;

export interface SyntheticReportOptions {
  readonly name?: string;
  readonly description?: string;
  /** The planned primary metric; default: the likelihood. */
  readonly primary?: string;
  /** Learning rates of rows by label. */
  readonly ratesByHand?: Readonly<Record<string, number>>;
  readonly pictures?: PicturesOf;
  readonly examples?: Buffer;
  readonly warnings?: readonly string[];
  readonly mediaBytes?: number;
  /** Changes trials before the report is collected. */
  readonly change?: (trial: FinishedTrial) => FinishedTrial;
}

/** Strokes that get sharper with a better primary metric. */
const strokePictures: PicturesOf = async ({ seed }, quality) => {
  const blur = Math.max(0, (quality - 80) / 30);
  const samples = latentPictures(`seed ${seed}`, 12, blur, 0.05 * blur);
  const nearest = latentPictures(`seed ${seed}`, 6, 0, 0).flatMap((real, i) => [samples[i]!, real]);
  const held = latentPictures('held out', 6, 0, 0);
  const again = latentPictures('held out', 6, blur / 2, 0.02 * blur);
  return {
    samples: await pngGrid(samples, 12),
    nearest: await pngGrid(nearest, 12),
    reconstructions: await pngGrid(
      held.flatMap((real, i) => [real, again[i]!]),
      12,
    ),
  };
};

const words =
  'whenever the carriage stopped she looked out upon a grey and silent country where nothing moved but the smoke of distant chimneys and the slow birds'.split(
    ' ',
  );

function textsOf({ technique, seed, budget }: Cell): Json {
  const random = stream(5).child(technique).child(seed).child(budget);
  return Array.from({ length: 12 }, (_, i) => {
    const order = random.child(i).integers(14, words.length);
    const text = Array.from(order, (w) => words[w]!).join(' ');
    return { text, copied: text.slice(0, 9 + 3 * i) };
  });
}

/** A whole report of a made-up study, with its files written below `folder`. */
export async function syntheticReport(
  study: SyntheticStudy,
  folder: string,
  options: SyntheticReportOptions = {},
): Promise<ReportData> {
  const { kind = 'image', models = ['vae'], rows, budgets, seeds, failed } = study;
  const { change = (trial) => trial } = options;
  const trials = syntheticTrials(study).map(change);
  const pictures = options.pictures ?? strokePictures;
  for (const { step, result } of trials) {
    const directory = join(folder, step);
    mkdirSync(directory, { recursive: true });
    if (kind === 'text') {
      writeFileSync(join(directory, 'samples.json'), JSON.stringify(textsOf(result.cell)));
      continue;
    }
    const made = await pictures(result.cell, result.measurements[0]!.value);
    for (const [name, bytes] of Object.entries(made)) writeFileSync(join(directory, `${name}.png`), bytes);
  }
  const records = trials.map((trial) =>
    doneStep(trial.step, 'trial', labelOf(trial.result.cell), trial.result as unknown as Json),
  );
  const pretraining = models.map((_, i) => `${String(i + 1).padStart(2, '0')}${'ab'.repeat(15)}`);
  for (const [i, step] of pretraining.entries())
    records.push(
      doneStep(step, 'pretrain', `pre-train ${models[i]}`, {
        checkpoint: 'checkpoint',
        steps: 3000,
        validation: kind === 'image' ? 78.4 : 1.42,
        flops: 2.4e12,
        seconds: 61,
        parameters: 647_000,
        overlapRemoved: 0,
      }),
    );
  const lost: { cell: Cell; step: string }[] = [];
  for (const model of models)
    for (const row of rows)
      for (const budget of row.trains ? budgets : budgets.slice(-1))
        for (const seed of row.trains ? seeds : seeds.slice(0, 1))
          if (failed?.(row.label, budget, seed))
            lost.push({
              cell: { model, technique: row.label, budget, seed },
              step: `f0${lost.length}${'cd'.repeat(15)}`.slice(0, 32),
            });
  for (const { cell, step } of lost)
    records.push({
      ...doneStep(step, 'trial', labelOf(cell), null),
      state: 'failed',
      failure: {
        kind: 'error',
        code: 'not-finite',
        message: 'training loss is not finite (update 212). Try a lower learning rate.',
        facts: { what: 'the training loss at update 212', flops: 1e9 },
      },
    });
  const input: ReportInput = {
    spec: parseStudy(
      {
        name: options.name ?? 'sans-to-handwriting',
        ...(options.description === undefined ? {} : { description: options.description }),
        source: 'glyphs/sans-serif',
        target: 'glyphs/handwriting',
        models: models.map(() => ({ family: kind === 'image' ? 'vae' : 'transformer' })),
        techniques: ['fine-tune'],
        budgets,
        seeds,
      },
      'synthetic',
    ),
    rows: rows.map(({ label, name }): TechniqueRow => {
      const learningRate = options.ratesByHand?.[label];
      return {
        label,
        name: name as TechniqueRow['name'],
        options: {},
        ...(learningRate === undefined ? {} : { learningRate }),
      };
    }),
    seeds,
    primary: options.primary ?? (kind === 'image' ? 'nll' : 'bits_per_byte'),
    models: models.map((label, i) => ({
      label,
      family: kind === 'image' ? 'vae' : 'transformer',
      parameters: kind === 'image' ? 647_000 : 812_000,
      origin: 'pre-trained on the source by this study',
      pretraining: [pretraining[i]!],
    })),
    trials: [...trials.map(({ step, result }) => ({ cell: result.cell, step })), ...lost],
    steps: records,
    directory: (step) => join(folder, step),
    data: dataOf(study, options.examples ?? (await pngGrid(latentPictures('real', 24, 0, 0), 12))),
    predicted: { wallSeconds: 240, memory: 420e6, disk: 160e6 },
    actual: { wallSeconds: 281, memory: 331e6, disk: 131e6 },
    environment: {
      versions: { Graft: '0.1.0', 'ONNX Runtime': '1.30.0', 'Node.js': '20.20.2' },
      platform: 'linux 6.1.0 (x64)',
      processor: 'Example CPU at 2.4 GHz',
      cores: 2,
      memory: 2e9,
      workers: 2,
      threadsPerWorker: 1,
      device: 'cpu',
    },
    warnings: options.warnings ?? [],
    kind,
    ...(options.mediaBytes === undefined ? {} : { mediaBytes: options.mediaBytes }),
  };
  return collectReport(input);
}

const labelOf = ({ technique, budget, seed }: Cell) => `${technique}, ${budget} items, seed ${seed}`;

function doneStep(id: string, kind: StepRecord['kind'], label: string, result: Json): StepRecord {
  return {
    id,
    kind,
    label,
    needs: [],
    inputs: {},
    estimate: { flops: 1e11, memory: 3e8, disk: 3e6 },
    state: 'done',
    attempts: 1,
    holder: null,
    result,
    failure: null,
    seconds: { wall: 12, cpu: 11.6 },
    startedAt: 1_760_000_000_000,
    finishedAt: 1_760_000_012_000,
  };
}

function dataOf({ kind = 'image', unseen = [] }: SyntheticStudy, examples: Buffer): DataDescription[] {
  const image = kind === 'image';
  const one = (
    role: DataDescription['role'],
    name: string,
    counts: [number, number, number],
  ): DataDescription => ({
    role,
    name,
    hash: '5b1fd1d2c9a04e6e9d9f1c6fb6bd0d3e0f3a0f9a66d84d2cc1dd0ce0c6a7a1b2',
    unit: image ? 'image' : 'text',
    counts: { train: counts[0], validation: counts[1], test: counts[2] },
    division: image ? 'divided by typeface' : 'drawn at random',
    duplicatesRemoved: role === 'source' ? 14 : 0,
    overlapRemoved: role === 'source' ? 3 : null,
    unseenOverlapRemoved: role === 'source' && unseen.length > 0 ? 2 : null,
    notes: image ? ['28 x 28 pixels, grey, binarised at 0.5'] : ['characters as tokens'],
    licence: 'SIL Open Font Licence 1.1',
    ...(role !== 'target'
      ? {}
      : {
          examples: image
            ? {
                kind: 'image' as const,
                png: examples.toString('base64'),
                width: examples.readUInt32BE(16),
                height: examples.readUInt32BE(20),
              }
            : {
                kind: 'text' as const,
                items: ['It is a truth universally acknowledged', 'She had no hope of it'].map((text) => ({
                  text,
                })),
              },
        }),
  });
  return [
    one('source', image ? 'glyphs/sans-serif' : 'names/English', [9300, 1300, 2650]),
    one('target', image ? 'glyphs/handwriting' : 'names/Italian', [4200, 610, 1180]),
    ...unseen.map((name) => one('unseen', name, [3800, 540, 1090])),
  ];
}
