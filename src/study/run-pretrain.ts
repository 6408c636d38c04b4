import { join } from 'node:path';
import { isGraftError } from '../errors.ts';
import { saveCheckpoint } from '../models/checkpoint.ts';
import { createModel } from '../models/index.ts';
import { seenClasses } from '../models/seen-classes.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { countParameters } from '../tensor/parameters.ts';
import type { Look } from '../training/look.ts';
import { adapt } from './adapt.ts';
import { batchInWords, modelCard, trainedOn } from './model-card.ts';
import { removeTrainingSnapshot, runTraining } from './run-training.ts';
import type { StepContext } from './step.ts';
import type { PretrainInputs, PretrainResult, TuneInputs, TuneResult } from './step-inputs.ts';
import type { StudyData } from './study-data.ts';

/** Trains a family's model on the source and leaves a checkpoint. */
export async function runPretrain(
  inputs: PretrainInputs,
  data: StudyData,
  context: StepContext,
): Promise<PretrainResult> {
  const began = context.now();
  const encoding = await data.encoding(inputs.encoding);
  const prepared = await data.load(inputs.source, inputs.heldOut);
  const part = (name: 'train' | 'validation') =>
    data.encode(inputs.source, name, encoding, undefined, '', inputs.heldOut);
  const train = await part('train');
  const validation = await part('validation');
  const model = createModel(inputs.family, inputs.config);
  const seed = stream(inputs.seed).child('pretrain');
  const result = await runTraining(
    {
      model,
      start: freshWeights(model, seed.child('init')),
      stages: [{ name: 'all layers', layers: model.layers, length: { kind: 'share', share: 1 } }],
      train: train.table,
      validation: validation.table,
      training: inputs.training,
      criterion: inputs.criterion,
      learningRate: inputs.learningRate,
      stream: seed,
    },
    context,
  );
  const checkpoint = {
    model,
    weights: result.weights,
    data: {
      ...(encoding.kind === 'image'
        ? { values: encoding.values }
        : { unit: encoding.ends ? ('item' as const) : ('running' as const) }),
      ...trainedOn(inputs.source, seenClasses(model, train.table)),
    },
    ...(encoding.kind === 'text' ? { tokenizer: encoding.tokenizer } : {}),
  };
  const card = modelCard({
    title: `${inputs.family} trained on ${inputs.source.name}`,
    checkpoint,
    facts: [
      ['Data', `${inputs.source.name}, ${train.table.count} examples`],
      ['Updates', String(result.steps)],
      ['Batch', batchInWords(inputs.training)],
      ['Learning rate', String(inputs.learningRate)],
      ['Validation', `${result.best.validation.toPrecision(6)} ${result.unit}`],
      ['Seed', String(inputs.seed)],
      ...result.notes.map((text) => ['Note', text] as const),
      ...result.warnings.map((text) => ['Warning', text] as const),
    ],
  });
  saveCheckpoint(join(context.directory, 'checkpoint'), checkpoint, card);
  removeTrainingSnapshot(context.directory);
  const { overlap, unseenOverlap } = prepared.report;
  return {
    checkpoint: 'checkpoint',
    steps: result.steps,
    validation: result.best.validation,
    looks: result.looks.map(({ step, training, validation: value }) => ({
      step,
      training,
      validation: value,
    })),
    flops: result.flops,
    seconds: context.earlier.wall + (context.now() - began) / 1000,
    parameters: countParameters(model.parameters),
    overlapRemoved: [overlap, unseenOverlap].reduce(
      (n, one) => n + (one?.items ?? 0) + (one?.groupItems ?? 0),
      0,
    ),
    ...(result.warnings.length === 0 ? {} : { warnings: result.warnings }),
  };
}

/**
 * The best validation of the looks after the first update. The look before it does not count in a search: where training
 * never improves on it, it is the same for every rate, and chance would choose.
 */
export function reachedByTraining(looks: readonly Pick<Look, 'step' | 'validation'>[]): number {
  return Math.min(...looks.flatMap(({ step, validation }) => (step === 0 ? [] : [validation])));
}

/** One run of the learning-rate search: the best validation that training reaches. A rate that diverges has none. */
export async function runTune(
  inputs: TuneInputs,
  data: StudyData,
  context: StepContext,
): Promise<TuneResult> {
  const began = context.now();
  const seconds = () => context.earlier.wall + (context.now() - began) / 1000;
  try {
    const { result } = await adapt(inputs, inputs.learningRate, data, context);
    removeTrainingSnapshot(context.directory);
    return { validation: reachedByTraining(result.looks), flops: result.flops, seconds: seconds() };
  } catch (error) {
    if (!isGraftError(error, 'not-finite')) throw error;
    removeTrainingSnapshot(context.directory);
    return {
      validation: null,
      failure: error.message,
      flops: error.facts.flops ?? 0,
      seconds: seconds(),
    };
  }
}
