import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type DataSet, subset, type TextSet } from '../data/data-set.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { GraftError } from '../errors.ts';
import { applyMetric } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import { loadCheckpoint } from '../models/checkpoint.ts';
import { drawImages } from '../models/draw-samples.ts';
import { evaluationBatch } from '../models/run-model.ts';
import { matrix } from '../numeric/matrix.ts';
import { stream } from '../random.ts';
import { type EncodedSet, type Encoding, encodeSet } from './encoding.ts';
import { tableImages } from './measure-images.ts';
import { measureNovelty } from './measure-texts.ts';
import type { Measurement } from './measurement.ts';
import { planStudy } from './plan-study.ts';
import { referenceLikelihood } from './reference-likelihood.ts';
import { runStep } from './run-step.ts';
import { drawTexts, testItems } from './run-trial.ts';
import type { StepContext } from './step.ts';
import type { TrialInputs } from './step-inputs.ts';
import { StudyData } from './study-data.ts';
import { parseStudy } from './study-spec.ts';
import { judgeSuitability, type Suitability } from './suitability.ts';
import { toMeasurement } from './to-measurement.ts';
import type { TrialResult } from './trial-result.ts';

/** What a model is evaluated on, and how. */
export interface EvaluationRequest {
  /** Folder, absolute. */
  readonly checkpoint: string;
  readonly label: string;
  readonly target: DataSpec;
  readonly source?: DataSpec;
  readonly unseen: readonly DataSpec[];
  readonly seed: number;
  /** Keys of a study's `evaluation` and `sampling`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Evaluation {
  readonly label: string;
  readonly family: string;
  readonly target: string;
  readonly targetHash: string;
  readonly source?: string;
  readonly trainedOn?: string;
  readonly trial: TrialResult;
  /** Those of the trial, and what was measured besides. */
  readonly measurements: readonly Measurement[];
  readonly reference?: { readonly value: number; readonly unit: string; readonly what: string };
  readonly suitability: Suitability;
}

/** Training items that a trial of no training looks at: for likelihood and nearest examples. */
const LOOKED_AT = 1000;

/**
 * Evaluates a model as it is: the trial of a study that trains nothing, a reference that knows frequencies alone, and
 * with the source known, what its samples have of it. Pictures lie in the context's folder.
 */
export async function evaluateCheckpoint(
  request: EvaluationRequest,
  graftData: string | undefined,
  context: StepContext,
): Promise<Evaluation> {
  const spec = (budget: number) =>
    parseStudy(
      {
        name: 'evaluation',
        target: request.target,
        ...(request.source === undefined ? {} : { source: request.source }),
        models: [{ checkpoint: request.checkpoint, label: request.label }],
        techniques: ['source-only'],
        budgets: [budget],
        seeds: [request.seed],
        evaluate_on: request.unseen,
        ...request.settings,
      },
      'command line',
    );
  const plan = await planLargest(spec, context.base, graftData);
  const step = plan.steps.find(({ kind }) => kind === 'trial')!;
  const trial = (await runStep(step, context)) as unknown as TrialResult;
  // The weights are those of the checkpoint: no copy is needed.
  rmSync(join(context.directory, trial.files.checkpoint), { recursive: true, force: true });
  const inputs = step.inputs as unknown as TrialInputs;
  const { model, data: about, tokenizer } = loadCheckpoint(resolve(context.base, request.checkpoint));
  const data = new StudyData(context.base, graftData);
  const encoding = await data.encoding(inputs.encoding, tokenizer);
  const target = await setsOf(data, inputs.target, encoding, inputs.evaluation.items);
  const reference = referenceLikelihood(target.train, target.test, encoding);
  const measurements = [
    ...trial.measurements,
    ...(inputs.source === undefined ? [] : await compareWithSource(inputs, request, data, encoding, context)),
  ];
  const image = encoding.kind === 'image';
  const source = inputs.source?.name;
  return {
    label: request.label,
    family: model.family,
    target: inputs.target.name,
    targetHash: inputs.target.hash,
    ...(source === undefined ? {} : { source }),
    ...(about.trainedOn === undefined ? {} : { trainedOn: about.trainedOn }),
    trial,
    measurements,
    ...(reference === undefined
      ? {}
      : { reference: { value: reference.value, unit: reference.unit, what: reference.what } }),
    suitability: judgeSuitability({
      target: inputs.target.name,
      ...(source === undefined ? {} : { source }),
      item: image ? 'image' : 'text',
      measurements,
      ...(reference === undefined ? {} : { reference }),
      ...(image ? { variance: varianceOf(target.test) } : {}),
    }),
  };
}

/** The plan with as many training items as there are, up to a limit. */
async function planLargest(
  spec: (budget: number) => ReturnType<typeof parseStudy>,
  base: string,
  graftData: string | undefined,
) {
  for (const budget of [LOOKED_AT, 200, 50, 10]) {
    try {
      return await planStudy(spec(budget), base, graftData);
    } catch (error) {
      const small =
        error instanceof GraftError &&
        error.code === 'invalid-value' &&
        (error.facts as { what: string }).what === 'budget';
      if (!small) throw error;
    }
  }
  return planStudy(spec(5), base, graftData);
}

async function setsOf(
  data: StudyData,
  input: TrialInputs['target'],
  encoding: Encoding,
  items: number,
): Promise<{ train: EncodedSet; test: EncodedSet }> {
  return {
    train: await data.encode(input, 'train', encoding),
    test: await data.encode(input, 'test', encoding, (set) => testItems(set, items), `${items} items`),
  };
}

/** What samples have of the training data: near-copies of images, new pieces of text. */
async function compareWithSource(
  inputs: TrialInputs,
  request: EvaluationRequest,
  data: StudyData,
  encoding: Encoding,
  context: StepContext,
): Promise<Measurement[]> {
  const source = inputs.source!;
  const set = first(await data.examples(source, 'train'), 10 * LOOKED_AT);
  const { model, weights } = loadCheckpoint(resolve(context.base, request.checkpoint));
  // The draws of the trial, made again.
  const draws = stream(inputs.seed).child('measuring').child('samples');
  const run = { batchSize: evaluationBatch(model), threads: context.threads, device: context.device };
  if (encoding.kind !== 'image' || model.sampler.kind !== 'latent') {
    const { texts } = await drawTexts(model, weights, encoding, inputs, draws, run, () => 0);
    return measureNovelty(texts, set as TextSet, 'source');
  }
  const { count } = inputs.sampling;
  const samples = await drawImages(model, model.sampler, weights, draws, { ...run, count });
  const train = tableImages(encodeSet(set, encoding).table);
  const width = samples.shape.reduce((a, b) => a * b, 1);
  if (set.count < 2) return [];
  const result = applyMetric(metrics.authpct, {
    train: matrix(set.count, width, train.data),
    generated: matrix(samples.data.length / width, width, samples.data),
  });
  return [
    toMeasurement(metrics.authpct, result, {
      on: 'source',
      split: 'train',
      real: set.count,
      generated: samples.data.length / width,
      features: { network: 'pixels', hash: '' },
    }),
  ];
}

const first = (set: DataSet, count: number): DataSet =>
  set.count <= count
    ? set
    : subset(set, stream(0).child('source items').permutation(set.count).subarray(0, count).sort());

/** Mean squared deviation of all values from their position's mean. */
function varianceOf({ table }: EncodedSet): number {
  const { data } = table.fields.x!;
  const width = data.length / table.count;
  const means = new Float64Array(width);
  data.forEach((value, i) => {
    means[i % width]! += value / table.count;
  });
  let sum = 0;
  data.forEach((value, i) => {
    sum += (value - means[i % width]!) ** 2;
  });
  return sum / data.length;
}
