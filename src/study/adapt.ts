import { join } from 'node:path';
import { drawBudget } from '../data/budget.ts';
import { joinClasses, knowsAll } from '../data/class-labels.ts';
import { type DataSet, subset } from '../data/data-set.ts';
import { GraftError, lookUp } from '../errors.ts';
import type { Adapter } from '../models/adapter.ts';
import { type Checkpoint, loadCheckpoint } from '../models/checkpoint.ts';
import type { CheckpointData } from '../models/checkpoint-data.ts';
import { createModel } from '../models/index.ts';
import type { Model, Weights } from '../models/model.ts';
import { modelFolder } from '../models/model-folder.ts';
import { seenClasses } from '../models/seen-classes.ts';
import { freshWeights } from '../models/weights.ts';
import { type Stream, stream } from '../random.ts';
import { techniques } from '../techniques/index.ts';
import type { Technique } from '../techniques/technique.ts';
import { countFlops } from '../tensor/flops.ts';
import { microBatches } from '../training/batch-source.ts';
import type { Slots, Stage } from '../training/stage.ts';
import { buildStep } from '../training/step-program.ts';
import { withLayerRates } from '../training/with-layer-rates.ts';
import { checkpointHash } from './checkpoint-hash.ts';
import { type EncodedSet, type Encoding, encodeSet } from './encoding.ts';
import { runTraining, type Training } from './run-training.ts';
import type { StepContext } from './step.ts';
import type { AdaptInputs, EncodingInput, PretrainResult } from './step-inputs.ts';
import type { StudyData } from './study-data.ts';

/** Where operations are made equal: updates at most, in those of a training of all layers. */
const MOST_UPDATES = 50;

/** What adapting left behind. */
export interface Adapted {
  readonly model: Model;
  readonly encoding: Encoding;
  readonly checkpoint: Checkpoint;
  readonly result: Training;
  /** The budget's training part, as drawn and as the model saw it. */
  readonly train: { readonly set: DataSet; readonly encoded: EncodedSet };
  readonly validation: EncodedSet;
  /** What was trained beside the model's own weights, which have taken it in. */
  readonly adapter?: Adapter;
  readonly notes: readonly string[];
}

/** Loads the model that is adapted. */
export function loadBase(inputs: AdaptInputs, context: StepContext): Checkpoint {
  const { model } = inputs;
  if (model.from === 'folder') {
    const checkpoint = loadCheckpoint(modelFolder(context.base, model.path));
    if (checkpointHash(checkpoint) !== model.hash)
      throw new GraftError('bad-data', {
        what: `checkpoint '${model.path}'`,
        problem: 'has changed since the study was planned',
        hint: 'Run the study again to plan it anew.',
      });
    return checkpoint;
  }
  const { directory, result } = context.dependency(model.step);
  return loadCheckpoint(join(directory, (result as unknown as PretrainResult).checkpoint));
}

/** What a checkpoint says of its examples, with whether they end where it did not say. */
const withUnit = (data: CheckpointData, encoding: Encoding): CheckpointData =>
  encoding.kind !== 'text' || data.unit !== undefined
    ? data
    : { ...data, unit: encoding.ends ? 'item' : 'running' };

/** The checkpoint with rows of the encoding's length, where its model leaves that open. */
export function inContext(checkpoint: Checkpoint, encoding: EncodingInput): Checkpoint {
  const { model } = checkpoint;
  if (encoding.kind !== 'text' || model.withContext === undefined) return checkpoint;
  if (model.fields[0]!.shape[0] === encoding.context) return checkpoint;
  return { ...checkpoint, model: model.withContext.build(encoding.context) };
}

/**
 * Adapts a model with a technique on one budget's examples. Every draw comes from the seed by name: the budget, the
 * order of examples, noise and fresh weights are the same for all techniques of a seed.
 */
export async function adapt(
  inputs: AdaptInputs,
  learningRate: number,
  data: StudyData,
  context: StepContext,
): Promise<Adapted> {
  const base = inContext(loadBase(inputs, context), inputs.encoding);
  const encoding = await data.encoding(inputs.encoding, base.tokenizer);
  const pool = await data.examples(inputs.target, 'train');
  const seed = stream(inputs.seed);
  const drawn = drawBudget(pool, inputs.budget, seed.child('budget'), inputs.training.validation);
  const set = subset(pool, drawn.train);
  const train = encodeSet(set, encoding);
  const validation = encodeSet(subset(pool, drawn.validation), encoding);

  const technique: Technique = lookUp(
    'technique',
    techniques as Record<string, Technique>,
    inputs.technique.name,
  );
  const slots = technique.fill({ model: base.model }, technique.options.parse(inputs.technique.options));
  const { model, weights, notes } = startingPoint(base, slots, seed);
  const { rewrite } = slots;
  const trained = rewrite?.build(model) ?? model;
  const rated = withLayerRates(slots.stages, trained, inputs.training.layerDecay);
  const stages = inputs.equal === 'convergence' ? rated.map(untilConvergence) : rated;
  const flopsLimit =
    inputs.equal === 'flops'
      ? stepFlops(model, inputs.training, train.table.count) * inputs.training.steps
      : undefined;
  const run = await runTraining(
    {
      model: trained,
      start: rewrite?.begin(model, weights, seed.child('adapter')) ?? weights,
      stages,
      ...(slots.losses === undefined ? {} : { losses: slots.losses }),
      train: train.table,
      validation: validation.table,
      // A run that is limited by operations makes more updates where each costs less.
      training:
        flopsLimit === undefined
          ? inputs.training
          : { ...inputs.training, steps: MOST_UPDATES * inputs.training.steps },
      criterion: inputs.criterion,
      learningRate,
      ...(flopsLimit === undefined ? {} : { flopsLimit }),
      stream: seed.child('training'),
    },
    context,
  );
  const finished = rewrite?.finish(model, run.weights);
  const result = finished === undefined ? run : { ...run, weights: finished.weights };
  const renamed = withClassesOf(set, model);
  return {
    model,
    encoding,
    checkpoint: {
      ...base,
      model: renamed?.model ?? model,
      weights: result.weights,
      data: withUnit(
        technique.trains
          ? adaptedData(base.data, inputs, slots.start, {
              seen: seenClasses(renamed?.model ?? model, train.table),
              renamed: renamed !== undefined,
            })
          : base.data,
        encoding,
      ),
    },
    result,
    ...(finished === undefined ? {} : { adapter: finished.adapter }),
    train: { set, encoded: train },
    validation,
    notes: [
      ...notes,
      ...(renamed === undefined ? [] : [renamed.note]),
      ...result.stages.map(({ name, note }) => `${name}: ${note}`),
      ...result.notes,
      ...(result.stages.length < stages.length
        ? [
            `The run ended in stage ${result.stages.length} of ${stages.length}; the later ones did not begin.`,
          ]
        : []),
    ],
  };
}

/** What a checkpoint says of its past: one more adaptation, the only one where the weights were drawn anew. */
function adaptedData(
  past: CheckpointData,
  { technique, budget, target }: AdaptInputs,
  start: Slots['start'],
  { seen, renamed }: { readonly seen: readonly string[] | undefined; readonly renamed: boolean },
): CheckpointData {
  const { trainedOn, source, classes, adapted = [], ...rest } = past;
  const entry = {
    technique: technique.name,
    items: budget,
    target: `${target.name} (${target.hash})`,
    ...(seen === undefined ? {} : { classes: seen }),
  };
  if (start === 'fresh') return { ...rest, adapted: [entry] };
  return {
    ...rest,
    ...(trainedOn === undefined ? {} : { trainedOn }),
    ...(source === undefined ? {} : { source }),
    // Of classes that others took the places of nothing is left but their names.
    ...(classes === undefined || renamed ? {} : { classes }),
    adapted: [...(renamed ? adapted.map(({ classes: _, ...each }) => each) : adapted), entry],
  };
}

/** A model by class, where the classes of its data are none that it knew: they have taken the places of those. */
function withClassesOf({ labels }: DataSet, model: Model): { model: Model; note: string } | undefined {
  const { classes, family, config } = model;
  if (classes === undefined || labels === undefined || knowsAll(classes, labels.names)) return undefined;
  return {
    model: createModel(family, { ...config, classes: joinClasses(labels.names, classes) }),
    note: `The model's classes (${classes.slice(0, 3).join(', ')}, …) are others than those of the data (${labels.names.slice(0, 3).join(', ')}, …), which took their places in order.`,
  };
}

const untilConvergence = (stage: Stage): Stage => ({ ...stage, length: { kind: 'convergence' } });

function startingPoint(
  base: Checkpoint,
  slots: Slots,
  seed: Stream,
): { model: Model; weights: Weights; notes: string[] } {
  const { model } = base;
  if (slots.untie && model.untied !== undefined) {
    const { model: own, convert } = model.untied();
    return {
      model: own,
      weights: convert(base.weights),
      notes: [
        'The output layer shared its matrix with the embedding; it got a copy of its own, so that it can be trained alone.',
      ],
    };
  }
  if (slots.start === 'fresh') return { model, weights: freshWeights(model, seed.child('init')), notes: [] };
  return { model, weights: base.weights, notes: [] };
}

/** Operations of one update of all layers, where there are `count` examples. */
export function stepFlops(
  model: Model,
  { batch, accumulate = 1 }: { readonly batch: number; readonly accumulate?: number },
  count: number,
): number {
  const size = Math.min(batch, count);
  const parts = microBatches(accumulate, { stepsPerEpoch: count / size });
  return model.players.reduce((total, player) => {
    const step = buildStep(model, player, new Set(model.layers), size, [], parts > 1);
    return total + (player.repeats ?? 1) * parts * countFlops(step.program);
  }, 0);
}

/** The rate whose tune steps have the lowest mean validation; the smaller one of equals. Failed runs count as infinitely bad. */
export function bestRate(
  groups: readonly { readonly rate: number; readonly steps: readonly string[] }[],
  validationOf: (step: string) => number | null,
): number {
  const scored = groups.map(({ rate, steps }) => {
    const values = steps.map((step) => validationOf(step) ?? Infinity);
    return { rate, mean: values.reduce((a, b) => a + b, 0) / values.length };
  });
  const best = scored.reduce((a, b) => (b.mean < a.mean || (b.mean === a.mean && b.rate < a.rate) ? b : a));
  if (best.mean === Infinity)
    throw new GraftError('not-finite', {
      what: 'the validation loss of every learning rate of the grid',
      hint: `Tried ${groups.map(({ rate }) => rate).join(', ')}; try lower ones.`,
    });
  return best.rate;
}
