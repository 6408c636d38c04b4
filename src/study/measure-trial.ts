import type { DataSet, TextSet } from '../data/data-set.ts';
import { GraftError } from '../errors.ts';
import { proportionalLabels } from '../models/class-condition.ts';
import type { ImageSamples } from '../models/draw-options.ts';
import { drawImages, drawTokens } from '../models/draw-samples.ts';
import type { ArraySampler, AutoregressiveSampler } from '../models/model.ts';
import { evaluationBatch, type RunOptions } from '../models/run-model.ts';
import { type Stream, stream } from '../random.ts';
import type { Adapted } from './adapt.ts';
import { beginning } from './beginning.ts';
import { type EncodedSet, encodeSet, pixelsOf } from './encoding.ts';
import { judgeSamples } from './judge-samples.ts';
import { measureLatency } from './measure-cost.ts';
import { measureMemorisation, measureReconstruction, tableImages } from './measure-images.ts';
import { type LikelihoodOptions, measureLikelihood } from './measure-likelihood.ts';
import { measureTexts } from './measure-texts.ts';
import type { Measurement } from './measurement.ts';
import type { StepContext } from './step.ts';
import type { TrialInputs } from './step-inputs.ts';
import type { StudyData } from './study-data.ts';
import { testItems } from './test-items.ts';

/** Texts that are drawn side by side. */
export const SAMPLED_TEXTS = 64;

/** Sees what a trial measures before it becomes a few numbers. */
export interface TrialObserver {
  /** Negative log-likelihood of each item of a set, nats; of training items with the items themselves. */
  likelihood?(on: string, split: string, items: Float64Array, trained?: DataSet): void;
  images?(samples: ImageSamples): void;
  texts?(samples: readonly string[]): void;
}

/** What a trial measures of its model. */
export interface MeasuredTrial {
  readonly measurements: readonly Measurement[];
  /** Absent where the model makes no samples. */
  readonly latency?: { readonly p50: number; readonly p95: number };
  readonly throughput?: number;
  readonly warnings: readonly string[];
}

/** What all parts of measuring a trial share. */
interface Measuring {
  readonly inputs: TrialInputs;
  readonly adapted: Adapted;
  readonly data: StudyData;
  readonly context: StepContext;
  readonly observer: TrialObserver;
  readonly draws: Stream;
  readonly run: RunOptions;
  /** The encoded test items of a set. */
  test(input: TrialInputs['target']): Promise<EncodedSet>;
  phase(done: number, name: string): void;
}

/**
 * Measures a trial's model on test data: likelihoods, samples and what they cost. Draws come from streams that depend on
 * the seed alone, so that all techniques of a seed are judged by the same codes, latents and prompts.
 */
export async function measureTrial(
  inputs: TrialInputs,
  adapted: Adapted,
  data: StudyData,
  context: StepContext,
  observer: TrialObserver,
): Promise<MeasuredTrial> {
  const { model, encoding } = adapted;
  const { items } = inputs.evaluation;
  const measuring: Measuring = {
    inputs,
    adapted,
    data,
    context,
    observer,
    draws: stream(inputs.seed).child('measuring'),
    run: {
      batchSize: evaluationBatch(model),
      threads: context.threads,
      device: context.device,
      signal: context.signal,
    },
    test: (input) => data.encode(input, 'test', encoding, (set) => testItems(set, items), `${items} items`),
    phase(done, name) {
      // Between phases a run that was stopped ends; measuring starts anew when it goes on.
      if (context.signal.aborted) throw new GraftError('interrupted', { what: 'measuring' });
      context.emit({ type: 'progress', done, total: 5, phase: `measuring: ${name}` });
    },
  };
  measuring.phase(0, 'likelihood');
  const target = await measuring.test(inputs.target);
  const likelihoods = await measureLikelihoods(measuring, target);
  const { sampler } = model;
  // A model that only judges examples has been measured with that.
  if (sampler.kind === 'none') return { measurements: likelihoods, warnings: warningsOf(likelihoods) };
  measuring.phase(2, 'samples');
  const sampled =
    sampler.kind === 'autoregressive'
      ? await measureTextSamples(measuring, sampler)
      : await measureImageSamples(measuring, sampler, target);
  const measurements = [...likelihoods, ...sampled.measurements];
  return {
    measurements,
    latency: sampled.latency,
    throughput: sampled.throughput,
    warnings: [...warningsOf(measurements), ...sampled.notMeasured],
  };
}

/** Likelihoods of the target's test and training items, of the source's test items, and of sets never trained on. */
async function measureLikelihoods(
  { inputs, adapted, observer, draws, run, test }: Measuring,
  target: EncodedSet,
): Promise<Measurement[]> {
  const { model, encoding, result } = adapted;
  const { items, ...drawn } = inputs.evaluation;
  const options: LikelihoodOptions = { ...run, ...drawn };
  const measurements: Measurement[] = [];
  const likelihood = async (set: EncodedSet, on: string, split: string, trained?: DataSet) => {
    const where = { on, split };
    const found = await measureLikelihood(model, result.weights, set, where, draws.child('codes'), options);
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
  return measurements;
}

/** What samples say and cost. */
interface MeasuredSamples extends Required<Pick<MeasuredTrial, 'measurements' | 'latency' | 'throughput'>> {
  readonly notMeasured: readonly string[];
}

async function measureImageSamples(
  { inputs, adapted, context, observer, draws, run, test, phase }: Measuring,
  sampler: ArraySampler,
  target: EncodedSet,
): Promise<MeasuredSamples> {
  const { model, result, train } = adapted;
  const { weights } = result;
  const { count, shown } = inputs.sampling;
  const clock = () => context.now();
  const trained = train.encoded.table.fields.label?.data;
  const labels = trained && proportionalLabels(trained, count, draws.child('labels'));
  const samples = await drawImages(model, sampler, weights, draws.child('samples'), {
    ...run,
    count,
    clock,
    ...(labels === undefined ? {} : { labels }),
  });
  observer.images?.(samples);
  const measurements = [
    ...(await measureMemorisation(samples, train.encoded.table, context.directory, shown)),
    ...(await measureReconstruction(
      model,
      weights,
      target.table,
      target.representation,
      context.directory,
      draws.child('reconstruction'),
      run,
    )),
  ];
  phase(3, 'sample quality');
  const pixels = pixelsOf(adapted.encoding);
  const real = [{ on: 'target', images: tableImages(target.table), pixels }];
  for (const input of inputs.evaluateOn)
    real.push({ on: input.name, images: tableImages((await test(input)).table), pixels });
  const judged = await judgeSamples(samples, real, inputs.features ?? {}, draws.child('quality'), run);
  measurements.push(...judged.measurements);
  phase(4, 'latency');
  const { latency } = await measureLatency(model, weights, draws.child('latency'), { ...run, clock });
  const seconds = samples.batchMilliseconds.reduce((a, b) => a + b, 0) / 1000;
  return { measurements, latency, throughput: count / seconds, notMeasured: judged.notMeasured };
}

async function measureTextSamples(
  { inputs, adapted, data, context, observer, draws, run, phase }: Measuring,
  sampler: AutoregressiveSampler,
): Promise<MeasuredSamples> {
  const { model, encoding, result, train } = adapted;
  const { count, shown } = inputs.sampling;
  const { texts, seconds } = await drawTexts(sampler, { inputs, adapted, context, draws, run });
  observer.texts?.(texts);
  const real = testItems(await data.examples(inputs.target, 'test'), inputs.evaluation.items) as TextSet;
  const measured = measureTexts(texts, train.set as TextSet, context.directory, shown, real);
  phase(4, 'latency');
  const { latency } = await measureLatency(model, result.weights, draws.child('latency'), {
    ...run,
    clock: () => context.now(),
    prompt: beginning(encoding),
  });
  return { ...measured, latency, throughput: count / seconds };
}

/** Texts that a trial's model writes from its beginning, and the seconds that this took. */
async function drawTexts(
  sampler: AutoregressiveSampler,
  {
    inputs,
    adapted,
    context,
    draws,
    run,
  }: Pick<Measuring, 'inputs' | 'adapted' | 'context' | 'draws' | 'run'>,
): Promise<{ texts: string[]; seconds: number }> {
  const { model, encoding, result } = adapted;
  if (encoding.kind !== 'text') return { texts: [], seconds: 0 };
  const { tokenizer, ends } = encoding;
  const { count, shown: _, ...choice } = inputs.sampling;
  const { eos } = tokenizer.special;
  const samples = await drawTokens(model, sampler, result.weights, draws.child('samples'), {
    ...run,
    ...choice,
    batchSize: SAMPLED_TEXTS,
    count,
    prompt: beginning(encoding),
    length: sampler.context,
    ...(ends && eos !== undefined ? { end: eos } : {}),
    clock: () => context.now(),
  });
  return {
    texts: samples.sequences.map((ids) => tokenizer.decode(ids)),
    seconds: samples.batchMilliseconds.reduce((a, b) => a + b, 0) / 1000,
  };
}

const warningsOf = (measurements: readonly Measurement[]): string[] => [
  ...new Set(
    measurements.flatMap(({ metric, warnings }) => (warnings ?? []).map((text) => `${metric}: ${text}`)),
  ),
];
