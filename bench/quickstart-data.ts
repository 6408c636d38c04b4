import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawBudget } from '../src/data/budget.ts';
import { packageFolder } from '../src/data/built-in-file.ts';
import type { DataSet } from '../src/data/data-set.ts';
import { examplesOf } from '../src/data/prepare-data.ts';
import { writeNpzFile } from '../src/formats/npz.ts';
import type { NumericArray } from '../src/formats/numeric-array.ts';
import { readSafetensorsFile } from '../src/formats/safetensors.ts';
import { stream } from '../src/random.ts';
import { type Encoding, encodeSet } from '../src/study/encoding.ts';
import { planStudy } from '../src/study/plan-study.ts';
import type { AdaptInputs, PretrainInputs, TrialInputs } from '../src/study/step-inputs.ts';
import type { StudyPlan } from '../src/study/study-plan.ts';
import type { StudySpec } from '../src/study/study-spec.ts';
import { testItems } from '../src/study/test-items.ts';

/** What the peer program needs to know of a study besides its arrays. */
export interface PeerSettings {
  readonly name: string;
  readonly hidden: readonly number[];
  readonly latent: number;
  readonly activation: string;
  readonly pretrain: { steps: number; batch: number; looks: number; learningRate: number };
  readonly training: {
    steps: number;
    batch: number;
    looks: number;
    patience: number;
    tolerance: number;
    learningRates: readonly number[];
  };
  readonly techniques: readonly string[];
  readonly budgets: readonly number[];
  readonly seeds: readonly number[];
  readonly tuningSeeds: readonly number[];
  readonly unseen: readonly string[];
  readonly items: number;
  readonly importanceSamples: number;
  readonly samples: number;
  /** Feature networks that judge samples, the main one first: `card` is the file beside its weights. */
  readonly networks: readonly { name: string; card: unknown }[];
}

/**
 * Writes everything that a program of another framework needs to run a study of a dense VAE of images as Graft plans
 * it: settings (JSON as bytes, `settings`), 0/1 pixels as uint8 [items, pixels] (`source/train`, `source/validation`,
 * `source/test`, `target/train`, `target/test`, `unseen/<i>`), the items of `target/train` that each seed's budgets
 * are made of (`budget/<seed>/<budget>/train` and `…/validation`), and weights of feature networks
 * (`network/<name>/<tensor>`). Test parts hold the items that trials measure.
 */
export async function exportQuickstartData(spec: StudySpec, base: string, path: string): Promise<StudyPlan> {
  const plan = await planStudy(spec, base, process.env.GRAFT_DATA);
  const settings = settingsOf(plan);
  const { source, target, unseen } = plan.data;
  const encoding = plan.models[0]!.encoding as Encoding;
  const arrays = new Map<string, NumericArray>();
  const images = (name: string, set: DataSet) => {
    const { table } = encodeSet(set, encoding);
    const { shape, data } = table.fields.x!;
    const width = shape.reduce((a, b) => a * b, 1);
    arrays.set(name, { dtype: 'uint8', shape: [table.count, width], data: Uint8Array.from(data) });
  };
  const measured = (name: string, set: DataSet) => images(name, testItems(set, settings.items));
  const indices = (name: string, data: Int32Array) =>
    arrays.set(name, { dtype: 'int32', shape: [data.length], data });

  const text = new TextEncoder().encode(JSON.stringify(settings));
  arrays.set('settings', { dtype: 'uint8', shape: [text.length], data: text });
  images('source/train', source!.train);
  images('source/validation', source!.validation);
  measured('source/test', source!.test);
  images('target/train', target.train);
  measured('target/test', target.test);
  unseen.forEach((set, i) => {
    measured(`unseen/${i}`, set.test);
  });
  const pool = examplesOf(target.train, target.window);
  for (const seed of [...settings.seeds, ...settings.tuningSeeds])
    for (const budget of settings.budgets) {
      const { train, validation } = drawBudget(pool, budget, stream(seed).child('budget'));
      indices(`budget/${seed}/${budget}/train`, train);
      indices(`budget/${seed}/${budget}/validation`, validation);
    }
  for (const { name } of settings.networks)
    for (const [tensor, array] of readSafetensorsFile(networkFile(name, 'safetensors')).tensors)
      arrays.set(`network/${name}/${tensor}`, array);
  writeNpzFile(path, arrays);
  return plan;
}

const networkFile = (name: string, extension: string): string =>
  join(packageFolder(import.meta.url), 'data', 'features', `${name}.${extension}`);

/** Refuses studies that the peer program does not know how to run. */
function settingsOf(plan: StudyPlan): PeerSettings {
  const inputsOf = <T>(kind: string): readonly T[] =>
    plan.steps.filter((step) => step.kind === kind).map(({ inputs }) => inputs as unknown as T);
  const pretrainings = inputsOf<PretrainInputs>('pretrain');
  const trials = inputsOf<TrialInputs>('trial');
  const tunings = inputsOf<AdaptInputs>('tune');
  const pretrain = pretrainings[0];
  const trial = trials[0];
  const config = pretrain?.config as {
    hidden: number[];
    latent: number;
    activation: string;
  } & Record<string, unknown>;
  const known: Record<string, boolean> = {
    'one pre-trained model': pretrainings.length === 1 && plan.models.length === 1,
    'a dense Bernoulli VAE with ReLU or SiLU and beta 1':
      pretrain?.family === 'vae' &&
      config.architecture === 'dense' &&
      config.likelihood === 'bernoulli' &&
      ['relu', 'silu'].includes(config.activation) &&
      config.beta === 1,
    'Adam, a cosine schedule in pre-training and a constant rate after it':
      pretrain?.training.optimiser === 'adam' &&
      pretrain.training.schedule === 'cosine' &&
      trial?.training.optimiser === 'adam' &&
      trial.training.schedule === 'constant' &&
      trial.training.average === undefined,
    'an equal number of steps': trials.every(({ equal }) => equal === 'steps'),
    'a relative tolerance':
      trial?.training.convergence.toleranceKind === 'relative' &&
      trial.training.convergence.direction === 'lower',
    'techniques without options': plan.rows.every(({ label, name }) => label === name),
    'a grid of learning rates': tunings.length > 0,
  };
  const missing = Object.entries(known).find(([, holds]) => !holds);
  if (missing !== undefined || pretrain === undefined || trial === undefined)
    throw new Error(`The peer program runs studies with ${missing?.[0] ?? 'a pre-trained model'} only.`);
  const { learningRate } = plan.spec.training;
  const { features = {} } = trial as { features?: Readonly<Record<string, string>> };
  return {
    name: plan.name,
    hidden: config.hidden,
    latent: config.latent,
    activation: config.activation,
    pretrain: {
      steps: pretrain.training.steps,
      batch: pretrain.training.batch,
      looks: pretrain.training.looks,
      learningRate: pretrain.learningRate,
    },
    training: {
      steps: trial.training.steps,
      batch: trial.training.batch,
      looks: trial.training.looks,
      patience: trial.training.convergence.patience,
      tolerance: trial.training.convergence.tolerance,
      learningRates: typeof learningRate === 'number' ? [learningRate] : learningRate,
    },
    techniques: plan.rows.map(({ name }) => name),
    budgets: plan.spec.budgets,
    seeds: plan.seeds,
    tuningSeeds: [...new Set(tunings.map(({ seed }) => seed))],
    unseen: trial.evaluateOn.map(({ name }) => name),
    items: trial.evaluation.items,
    importanceSamples: trial.evaluation.importanceSamples,
    samples: trial.sampling.count,
    networks: Object.keys(features).map((name) => ({
      name,
      card: JSON.parse(readFileSync(networkFile(name, 'json'), 'utf8')) as unknown,
    })),
  };
}
