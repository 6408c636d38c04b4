import { createContext, inputNames } from '../models/context.ts';
import type { Model, Player } from '../models/model.ts';
import { evaluationBatch } from '../models/run-model.ts';
import { constant } from '../tensor/build.ts';
import { expand } from '../tensor/functions/arrangement.ts';
import { boundary, cut } from '../tensor/passes/cut.ts';
import { type Program, program } from '../tensor/program.ts';
import { sizeOf } from '../tensor/shape.ts';
import { microBatches } from '../training/batch-source.ts';
import { activePlayers } from '../training/player-settings.ts';
import type { LossTerm, Stage } from '../training/stage.ts';
import { buildStep, changedInputs, isFrozenInput, type StepProgram } from '../training/step-program.ts';
import { type CountedWork, countedPrograms, type RunProgram } from './counted-work.ts';
import { onceFor } from './once-for.ts';
import { optimisedWork, type ProgramWork, programWork } from './program-work.ts';
import { networkWork } from './quality-work.ts';
import { ACTIVATION_LIMIT } from './run-training.ts';
import { samplingWork } from './sampling-work.ts';
import type { CriterionInput } from './step-inputs.ts';

/** Operations of an optimiser for each value that it changes. */
const OPTIMISER = 6;
/** Samples of a look that compares samples with examples, at least. */
const LOOKED_SAMPLES = 256;

/** A training, as far as its work follows from it. */
export interface PlannedTraining {
  readonly stages: readonly Stage[];
  readonly losses?: readonly LossTerm[];
  readonly steps: number;
  readonly looks: number;
  readonly batch: number;
  readonly accumulate?: number;
  readonly recompute?: boolean | undefined;
  readonly criterion?: CriterionInput | undefined;
  /** Training and validation examples. */
  readonly examples: number;
  readonly validation: number;
}

/**
 * Work of a training of stages that are equally long, with its looks. Where a stage ends sooner by its validation, less is
 * done.
 */
export function trainingWork(model: Model, training: PlannedTraining): CountedWork {
  const { stages, steps, examples, validation, criterion } = training;
  const size = Math.min(training.batch, examples);
  const parts = microBatches(training.accumulate ?? 1, { stepsPerEpoch: examples / size });
  const updates = stages.flatMap((stage): RunProgram[] => {
    const layers = new Set(stage.layers);
    return activePlayers(model, layers).map((player) => {
      const { counted, trained, noise } = updateWork(model, player, layers, size, training, parts > 1);
      const runs = ((player.repeats ?? 1) * parts * steps) / stages.length;
      const filled = size * model.fields.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      return {
        program: counted,
        runs,
        beside: { scalars: filled + (OPTIMISER * trained) / parts, draws: noise },
      };
    });
  });
  const looks = stages.length === 0 ? 1 : training.looks + 1;
  const looking =
    criterion === undefined
      ? lossPrograms(model, validation, looks)
      : lookedSamples(model, criterion, validation, looks);
  return countedPrograms([...updates, ...looking]);
}

/** One update of a player: its program, with what frozen layers make left out where it is kept. */
function updateWork(
  model: Model,
  player: Player,
  layers: ReadonlySet<string>,
  size: number,
  { losses = [], recompute = false, examples }: PlannedTraining,
  withWeight: boolean,
): { counted: ProgramWork; trained: number; noise: number } {
  const key = JSON.stringify([
    player.name,
    [...layers],
    size,
    losses.map(({ name }) => name),
    withWeight,
    recompute,
    examples,
  ]);
  return onceFor(model, `update ${key}`, () => {
    const step = buildStep(model, player, layers, size, losses, withWeight, recompute);
    return {
      counted: optimisedWork(withoutKept(step, model, layers, size, examples)),
      trained: step.trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      noise: step.noises.reduce((sum, { shape }) => sum + sizeOf(shape as number[]), 0),
    };
  });
}

/** The program of a step above what is computed once for each example; see `cacheFrozenPart`. */
function withoutKept(
  step: StepProgram,
  model: Model,
  layers: ReadonlySet<string>,
  size: number,
  examples: number,
): Program {
  if (model.layers.every((layer) => layers.has(layer))) return step.program;
  const fields = new Set(model.fields.map(({ name }) => inputNames.field(name)));
  const frozen = isFrozenInput(model, new Set(changedInputs(step)));
  const edge = boundary(
    step.program,
    (name) => (fields.has(name) ? 'example' : frozen(name) ? 'fixed' : 'other'),
    size,
  ).flatMap(({ tensor }) => (tensor.dtype === 'bool' ? [] : [tensor]));
  const below = program(Object.fromEntries(edge.map((tensor, i) => [String(i), tensor])));
  const bytes = (4 * examples * edge.reduce((sum, { shape }) => sum + sizeOf(shape as number[]), 0)) / size;
  if (!below.inputs.some(({ attributes }) => frozen(attributes.name)) || bytes > ACTIVATION_LIMIT)
    return step.program;
  return cut(
    step.program,
    Object.fromEntries(edge.map((tensor, i) => [inputNames.field(`cached/${i}`), tensor])),
  ).above;
}

function lossPrograms(model: Model, validation: number, looks: number): RunProgram[] {
  const player = model.players.at(-1)!;
  const looked = Math.min(validation, player.lookExamples ?? Infinity);
  const size = Math.min(looked, evaluationBatch(model));
  const { counted, noise } = onceFor(model, `loss ${size}`, () => {
    const context = createContext(model, { batchSize: size });
    const { cost, weight } = player.objective(context);
    return {
      counted: programWork({ cost, weight: weight ?? expand(constant(1), [size]) }),
      noise: context.noises.reduce((sum, { shape }) => sum + sizeOf(shape as number[]), 0),
    };
  });
  return [{ program: counted, runs: looks * Math.ceil(looked / size), beside: { draws: noise } }];
}

function lookedSamples(
  model: Model,
  { network }: CriterionInput,
  validation: number,
  looks: number,
): RunProgram[] {
  const count = Math.max(LOOKED_SAMPLES, Math.min(1024, validation));
  const real = Math.min(1024, validation);
  const { features, dimension } = networkWork(network, model);
  const kernels = dimension * count * (count + real);
  return [
    ...samplingWork(model, count, evaluationBatch(model)).map((each) => ({
      ...each,
      runs: looks * each.runs,
    })),
    ...features(count).map((each) => ({ ...each, runs: looks * each.runs })),
    { runs: looks, beside: { scalars: kernels } },
  ];
}
