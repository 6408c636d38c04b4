import { type DataSet, subset, type TextSet } from '../data/data-set.ts';
import type { ImageSamples } from '../models/draw-options.ts';
import type { Model, Weights } from '../models/model.ts';
import { evaluationBatch } from '../models/run-model.ts';
import { stream } from '../random.ts';
import { type Encoding, encodeSet, pixelsOf } from './encoding.ts';
import { judgeSamples } from './judge-samples.ts';
import { measureCopies, tableImages } from './measure-images.ts';
import { measureLikelihood } from './measure-likelihood.ts';
import { measureNovelty } from './measure-texts.ts';
import type { TrialObserver } from './measure-trial.ts';
import type { Measurement } from './measurement.ts';
import type { JudgedSamples } from './sample-quality.ts';
import type { StepContext } from './step.ts';
import type { DataInput, TrialInputs } from './step-inputs.ts';
import type { StudyData } from './study-data.ts';
import { testItems } from './test-items.ts';

/** What a model made, as its trial saw it. */
export interface DrawnSamples {
  readonly images?: ImageSamples;
  readonly texts?: readonly string[];
}

/** A model with the data of its trial. */
export interface MeasuredModel {
  readonly model: Model;
  readonly weights: Weights;
  readonly encoding: Encoding;
  readonly inputs: TrialInputs;
}

/** Training items that are looked at, for likelihood and near-copies. */
const TRAINING_ITEMS = 1000;

/**
 * What a trial does not measure of its model, for it is about the target: on the source, samples against its test part,
 * likelihood of items that were trained on, and near-copies of them; for texts, what is new against the training parts
 * of the source and of the sets that are never trained on.
 */
export async function measureElsewhere(
  { model, weights, encoding, inputs }: MeasuredModel,
  { images, texts }: DrawnSamples,
  data: StudyData,
  context: StepContext,
  observer: Pick<TrialObserver, 'likelihood'> = {},
): Promise<JudgedSamples> {
  const { source, evaluateOn, evaluation } = inputs;
  const draws = stream(inputs.seed).child('measuring');
  const run = { threads: context.threads, device: context.device, signal: context.signal };
  const measurements: Measurement[] = [];
  const notMeasured: string[] = [];
  const training = async (input: DataInput): Promise<DataSet> => some(await data.examples(input, 'train'));
  if (texts !== undefined)
    for (const [on, input] of [
      ...(source === undefined ? [] : [['source', source] as const]),
      ...evaluateOn.map((one) => [one.name, one] as const),
    ]) {
      const novelty = measureNovelty(texts, (await training(input)) as TextSet, on);
      measurements.push(...novelty.measurements);
      notMeasured.push(...novelty.notMeasured);
    }
  if (source === undefined) return { measurements, notMeasured };
  const known = await training(source);
  const train = encodeSet(known, encoding);
  // A bound of many passes through the network is measured on as many training items as test items.
  const trained = model.likelihood?.kind === 'variational' ? testItems(known, evaluation.items) : known;
  const { measurements: likelihood, items: costs } = await measureLikelihood(
    model,
    weights,
    trained === known ? train : encodeSet(trained, encoding),
    { on: 'source', split: 'train' },
    draws.child('codes'),
    { ...run, batchSize: evaluationBatch(model), ...evaluation },
  );
  measurements.push(...likelihood);
  observer.likelihood?.('source', 'train', costs, trained);
  if (images === undefined) return { measurements, notMeasured };
  if (train.table.count > 1)
    measurements.push(measureCopies(images, tableImages(train.table), 'source').measurement);
  const { items } = evaluation;
  const test = await data.encode(source, 'test', encoding, (set) => testItems(set, items), `${items} items`);
  const judged = await judgeSamples(
    images,
    [{ on: 'source', images: tableImages(test.table), pixels: pixelsOf(encoding) }],
    inputs.features ?? {},
    draws.child('quality'),
    run,
  );
  return {
    measurements: [...measurements, ...judged.measurements],
    notMeasured: [...notMeasured, ...judged.notMeasured],
  };
}

/** The same items for every model. */
function some(set: DataSet): DataSet {
  if (set.count <= TRAINING_ITEMS) return set;
  const order = stream(0).child('training items').permutation(set.count);
  return subset(set, order.subarray(0, TRAINING_ITEMS).sort());
}
