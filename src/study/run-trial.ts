import { join } from 'node:path';
import { type DataSet, subset, type TextSet } from '../data/data-set.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraftError, isGraftError } from '../errors.ts';
import { checkpointSize, saveCheckpoint } from '../models/checkpoint.ts';
import { proportionalLabels } from '../models/class-condition.ts';
import type { ImageSamples } from '../models/draw-options.ts';
import { drawImages, drawTokens } from '../models/draw-samples.ts';
import { writeAdapter } from '../models/hugging-face/peft.ts';
import { layoutOf } from '../models/index.ts';
import type { Model, Weights } from '../models/model.ts';
import { evaluationBatch } from '../models/run-model.ts';
import { weightsHash } from '../models/weight-tensors.ts';
import { stream } from '../random.ts';
import { countParameters } from '../tensor/parameters.ts';
import { stepsToConvergence } from '../training/convergence.ts';
import { type Adapted, adapt, bestRate } from './adapt.ts';
import { type Encoding, encodeSet } from './encoding.ts';
import { judgeSamples } from './judge-samples.ts';
import { measureLatency } from './measure-cost.ts';
import { measureMemorisation, measureReconstruction, tableImages } from './measure-images.ts';
import { type LikelihoodOptions, measureLikelihood } from './measure-likelihood.ts';
import { measureTexts } from './measure-texts.ts';
import type { Measurement } from './measurement.ts';
import { modelCard } from './model-card.ts';
import { watchPeakMemory } from './peak-memory.ts';
import { removeTrainingSnapshot } from './run-training.ts';
import type { StepContext } from './step.ts';
import type { TrialInputs, TuneResult } from './step-inputs.ts';
import type { StudyData } from './study-data.ts';
import { trainingClock } from './training-clock.ts';
import type { TrialResult } from './trial-result.ts';

/** Sees what a trial measures before it becomes a few numbers. */
export interface TrialObserver {
  /** Negative log-likelihood of each item of a set, nats; of training items with the items themselves. */
  likelihood?(on: string, split: string, items: Float64Array, trained?: DataSet): void;
  images?(samples: ImageSamples): void;
  texts?(samples: readonly string[]): void;
}

/**
 * One trial: adapt, keep the best weights by validation, then measure on test data once. Measuring draws from streams
 * that depend on the seed alone, so that all techniques of a seed are judged by the same codes, latents and prompts.
 */
export async function runTrial(
  inputs: TrialInputs,
  data: StudyData,
  context: StepContext,
  observer: TrialObserver = {},
): Promise<TrialResult> {
  const clock = trainingClock(context);
  const peakMemory = watchPeakMemory();
  const learningRate = chosenRate(inputs, context);
  const adapted = await adapt(inputs, learningRate, data, context);
  clock.trained();
  const { model, result } = adapted;
  const weights = result.weights;
  const measured = await measure(inputs, adapted, data, context, observer);
  const checkpoint = { ...adapted.checkpoint, weights };
  saveCheckpoint(
    join(context.directory, 'checkpoint'),
    checkpoint,
    modelCard({
      title: `${inputs.labels.model}: ${inputs.labels.technique} on ${inputs.budget} items of ${inputs.target.name}`,
      checkpoint,
      facts: [
        ['Technique', inputs.labels.technique],
        ['Target', inputs.target.name],
        ['Budget', `${inputs.budget} items, validation included`],
        ['Seed', String(inputs.seed)],
        ['Updates', String(result.steps)],
        ['Learning rate', String(learningRate)],
      ],
      measurements: measured.measurements,
    }),
  );
  saveAdapter(adapted, inputs, join(context.directory, 'adapter'));
  removeTrainingSnapshot(context.directory);
  const text = adapted.encoding.kind === 'text';
  const draws = model.sampler.kind !== 'none';
  return {
    cell: { ...inputs.labels, budget: inputs.budget, seed: inputs.seed },
    learningRate,
    stages: result.stages.map(({ name, layers, from, to }) => ({ name, layers, from, to })),
    looks: result.looks,
    ...(model.criterion === 'samples' ? { criterion: 'samples' as const } : {}),
    lossUnit: result.unit,
    converged: result.converged,
    measurements: measured.measurements,
    cost: {
      trainingSeconds: clock.training().wall,
      trainingCpuSeconds: clock.training().cpu,
      measuringSeconds: clock.measuring().wall,
      steps: result.steps,
      stepsToBest: result.best.step,
      stepsToConvergence: stepsToConvergence(inputs.training.convergence, result.looks),
      peakMemory: peakMemory(),
      parameters: countParameters(model.parameters),
      trainedParameters: result.trainedParameters,
      trainingFlops: result.flops,
      ...(measured.latency === undefined ? {} : { sampleLatency: measured.latency }),
      ...(measured.throughput === undefined ? {} : { sampleThroughput: measured.throughput }),
      fileSize: checkpointSize(join(context.directory, 'checkpoint')),
    },
    files: {
      checkpoint: 'checkpoint',
      ...(draws ? { samples: text ? 'samples.json' : 'samples.png' } : {}),
      ...(text || !draws || adapted.train.encoded.table.count < 2 ? {} : { nearest: 'nearest.png' }),
      ...(model.reconstruct === undefined ? {} : { reconstructions: 'reconstructions.png' }),
    },
    notes: adapted.notes,
    warnings: [...result.warnings, ...measured.warnings],
    weightsHash: weightsHash(model, weights),
  };
}

/** Writes what was trained beside the model's weights as `peft` reads it, for families that `transformers` has. */
function saveAdapter({ model, adapter }: Adapted, inputs: TrialInputs, folder: string): void {
  const layout = layoutOf(model.family);
  if (adapter === undefined || layout === undefined) return;
  const base = inputs.model.from === 'folder' ? inputs.model.path : inputs.labels.model;
  writeAdapter(folder, model, adapter, layout, base);
}

function chosenRate({ learningRate }: TrialInputs, context: StepContext): number {
  if (typeof learningRate === 'number') return learningRate;
  return bestRate(
    learningRate.tuned,
    (step) => (context.dependency(step).result as unknown as TuneResult).validation,
  );
}

interface Measured {
  readonly measurements: readonly Measurement[];
  /** Absent where the model makes no samples. */
  readonly latency?: { readonly p50: number; readonly p95: number };
  readonly throughput?: number;
  readonly warnings: readonly string[];
}

async function measure(
  inputs: TrialInputs,
  adapted: Adapted,
  data: StudyData,
  context: StepContext,
  observer: TrialObserver,
): Promise<Measured> {
  const { model, encoding, result } = adapted;
  const { weights } = result;
  const draws = stream(inputs.seed).child('measuring');
  const run = {
    batchSize: evaluationBatch(model),
    threads: context.threads,
    device: context.device,
    signal: context.signal,
  };
  const { items, ...drawn } = inputs.evaluation;
  const options: LikelihoodOptions = { ...run, ...drawn };
  const phase = (done: number, name: string) => {
    // Between phases a run that was stopped ends; measuring starts anew when it goes on.
    if (context.signal.aborted) throw new GraftError('interrupted', { what: 'measuring' });
    context.emit({ type: 'progress', done, total: 5, phase: `measuring: ${name}` });
  };
  const test = (input: TrialInputs['target']) =>
    data.encode(input, 'test', encoding, (set) => testItems(set, items), `${items} items`);

  phase(0, 'likelihood');
  const target = await test(inputs.target);
  const measurements: Measurement[] = [];
  const likelihood = async (set: typeof target, on: string, split: string, trained?: DataSet) => {
    const where = { on, split };
    const found = await measureLikelihood(model, weights, set, where, draws.child('codes'), options);
    measurements.push(...found.measurements);
    observer.likelihood?.(on, split, found.items, trained);
  };
  await likelihood(target, 'target', 'test');
  const { set: trainingItems, encoded } = adapted.train;
  // A bound of many passes through the network is measured on as many training items as test items.
  const some = model.likelihood?.kind === 'variational' ? testItems(trainingItems, items) : trainingItems;
  const fewer = some.count < trainingItems.count ? encodeSet(some, encoding) : encoded;
  await likelihood(fewer, 'target', 'train', some);
  if (inputs.source !== undefined) await likelihood(await test(inputs.source), 'source', 'test');
  for (const input of inputs.evaluateOn) await likelihood(await test(input), input.name, 'test');

  // A model that only judges examples has been measured with that.
  if (model.sampler.kind === 'none') return { measurements, warnings: warningsOf(measurements) };
  phase(2, 'samples');
  const { count, shown } = inputs.sampling;
  const clock = () => context.now();
  if (encoding.kind === 'image' && model.sampler.kind !== 'autoregressive') {
    const trained = adapted.train.encoded.table.fields.label?.data;
    const labels = trained && proportionalLabels(trained, count, draws.child('labels'));
    const samples = await drawImages(model, model.sampler, weights, draws.child('samples'), {
      ...run,
      count,
      clock,
      ...(labels === undefined ? {} : { labels }),
    });
    observer.images?.(samples);
    const seconds = samples.batchMilliseconds.reduce((a, b) => a + b, 0) / 1000;
    measurements.push(
      ...(await measureMemorisation(samples, adapted.train.encoded.table, context.directory, shown)),
      ...(await measureReconstruction(
        model,
        weights,
        target.table,
        target.representation,
        context.directory,
        draws.child('reconstruction'),
        run,
      )),
    );
    phase(3, 'sample quality');
    const real = [{ on: 'target', images: tableImages(target.table) }];
    for (const input of inputs.evaluateOn)
      real.push({ on: input.name, images: tableImages((await test(input)).table) });
    const judged = await judgeSamples(samples, real, inputs.features ?? {}, draws.child('quality'), run);
    measurements.push(...judged.measurements);
    phase(4, 'latency');
    const { latency } = await measureLatency(model, weights, draws.child('latency'), { ...run, clock });
    const warnings = [...warningsOf(measurements), ...judged.notMeasured];
    return { measurements, latency, throughput: count / seconds, warnings };
  }
  const { texts, seconds } = await drawTexts(
    model,
    weights,
    encoding,
    inputs,
    draws.child('samples'),
    run,
    clock,
  );
  observer.texts?.(texts);
  const real = testItems(await data.examples(inputs.target, 'test'), items) as TextSet;
  const ofTexts = measureTexts(texts, adapted.train.set as TextSet, context.directory, shown, real);
  measurements.push(...ofTexts.measurements);
  phase(4, 'latency');
  const { latency } = await measureLatency(model, weights, draws.child('latency'), {
    ...run,
    clock,
    prompt: beginning(encoding),
  });
  const warnings = [...warningsOf(measurements), ...ofTexts.notMeasured];
  return { measurements, latency, throughput: count / seconds, warnings };
}

/** Items drawn from a test set, the same for every trial and seed: a set in order of its classes begins with one of them. */
export function testItems(set: DataSet, items: number): DataSet {
  if (set.count <= items) return set;
  return subset(set, stream(0).child('test items').permutation(set.count).subarray(0, items).sort());
}

const warningsOf = (measurements: readonly Measurement[]): string[] => [
  ...new Set(
    measurements.flatMap(({ metric, warnings }) => (warnings ?? []).map((text) => `${metric}: ${text}`)),
  ),
];

/**
 * The token that every generated text starts from: the beginning mark; without one, what running text most likely
 * begins after: a line end, else a space, else the vocabulary's first token.
 */
export function beginning(encoding: Encoding): Int32Array {
  if (encoding.kind !== 'text') return Int32Array.of(0);
  const { bos } = encoding.tokenizer.special;
  if (bos !== undefined) return Int32Array.of(bos);
  for (const text of ['\n', ' ']) {
    const first = knownToken(encoding.tokenizer, text);
    if (first !== undefined) return Int32Array.of(first);
  }
  return Int32Array.of(0);
}

/** The first token of a text; undefined where the vocabulary does not have it. */
function knownToken(tokenizer: Tokenizer, text: string): number | undefined {
  try {
    return tokenizer.encode(text)[0];
  } catch (error) {
    if (!isGraftError(error, 'bad-data')) throw error;
    return undefined;
  }
}

async function drawTexts(
  model: Model,
  weights: Weights,
  encoding: Encoding,
  inputs: TrialInputs,
  draws: ReturnType<typeof stream>,
  run: { batchSize: number; threads: number; device: StepContext['device'] },
  clock: () => number,
): Promise<{ texts: string[]; seconds: number }> {
  if (encoding.kind !== 'text' || model.sampler.kind !== 'autoregressive') return { texts: [], seconds: 0 };
  const { tokenizer, ends } = encoding;
  const { count, shown: _, ...choice } = inputs.sampling;
  const { eos } = tokenizer.special;
  const samples = await drawTokens(model, model.sampler, weights, draws, {
    ...run,
    ...choice,
    batchSize: 64,
    count,
    prompt: beginning(encoding),
    length: model.sampler.context,
    ...(ends && eos !== undefined ? { end: eos } : {}),
    clock,
  });
  return {
    texts: samples.sequences.map((ids) => tokenizer.decode(ids)),
    seconds: samples.batchMilliseconds.reduce((a, b) => a + b, 0) / 1000,
  };
}
