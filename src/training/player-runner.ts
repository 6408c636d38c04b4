import { compile } from '../engine/compile.ts';
import type { Bound, Executable } from '../engine/executable.ts';
import { createOptimiser, type Optimiser } from '../engine/optimisers/create-optimiser.ts';
import type { ParameterArena } from '../engine/optimisers/parameter-arena.ts';
import { createWeightAverage, type WeightAverage } from '../engine/optimisers/weight-average.ts';
import { inputNames } from '../models/context.ts';
import { type BatchFeeds, batchFeeds } from '../models/example-table.ts';
import type { Model, Player, Weights } from '../models/model.ts';
import { type NoiseFeeds, noiseFeeds } from '../models/noise.ts';
import { weightFeeds } from '../models/weights.ts';
import type { Stream } from '../random.ts';
import { countFlops } from '../tensor/flops.ts';
import { countParameters } from '../tensor/parameters.ts';
import type { BatchSource } from './batch-source.ts';
import { type Draft, draftUpdate, type MutableWeights, type RunnerOptions } from './draft-update.ts';
import { cacheFrozenPart, keepsConstants } from './frozen-cache.ts';
import { activePlayers } from './player-settings.ts';
import { ZERO_INPUT } from './recompute.ts';
import { changedInputs, isFrozenInput, outputNames } from './step-program.ts';

/** One player's compiled update during one stage. */
export interface PlayerRunner {
  readonly player: Player;
  /** Updates in one training step. */
  readonly repeats: number;
  /** Factor of the run's learning rate. */
  readonly rate: number;
  /** Trained parameters; the weights that the runner was made with are replaced by views of it. */
  readonly arena: ParameterArena;
  readonly optimiser: Optimiser;
  readonly average: WeightAverage | undefined;
  /** Operations of one update with all of its batches, less those of frozen layers that were computed in advance. */
  readonly flops: number;
  /** Operations of one update that computes everything anew: what an update counts where operations are limited. */
  readonly wholeFlops: number;
  /** Operations that computing frozen layers in advance took. */
  readonly preparationFlops: number;
  /** Number of trained values. */
  readonly trainedCount: number;
  /** Why frozen layers are computed in each step, or how much was saved. */
  readonly note: string;
  readonly batch: BatchFeeds;
  readonly noise: NoiseFeeds;
  /** Fills the batch number `step` of the source, from stored activations where frozen layers were computed in advance. */
  fill(step: number): void;
  /** Forward and backward pass; returns the loss. New state values are copied into the weights. */
  run(): Promise<number>;
  /**
   * Fills, draws noise and runs for all batches of update `step`, so that the optimiser's next step is that of the mean
   * loss over all of their examples, which is returned.
   */
  gradient(step: number, draws: Stream): Promise<number>;
  /** Values of the objective's terms after `run`. */
  terms(): Record<string, number>;
  dispose(): Promise<void>;
}

/**
 * Prepares the updates of all players that have layers to train among `layers`, in their order. `weights` is changed:
 * trained tensors become views of the runners' arenas. All of them do before anything is compiled, so that each
 * player's program reads what the others train where it lies.
 */
export async function createPlayerRunners(
  model: Model,
  layers: ReadonlySet<string>,
  weights: MutableWeights,
  source: BatchSource,
  options: RunnerOptions,
): Promise<PlayerRunner[]> {
  const drafts = activePlayers(model, layers).map((player) =>
    draftUpdate(model, player, layers, weights, source, options),
  );
  const changing = new Set(drafts.flatMap(({ step }) => changedInputs(step)));
  const runners: PlayerRunner[] = [];
  try {
    for (const draft of drafts)
      runners.push(await compileUpdate(model, draft, changing, weights, source, options));
    return runners;
  } catch (error) {
    for (const runner of runners) await runner.dispose();
    throw error;
  }
}

/** Prepares one player's update in which the parameters of `layers` are trained, all others being fixed. */
export async function createPlayerRunner(
  model: Model,
  player: Player,
  layers: ReadonlySet<string>,
  weights: MutableWeights,
  source: BatchSource,
  options: RunnerOptions,
): Promise<PlayerRunner> {
  const draft = draftUpdate(model, player, layers, weights, source, options);
  return compileUpdate(model, draft, new Set(changedInputs(draft.step)), weights, source, options);
}

async function compileUpdate(
  model: Model,
  { player, settings, step, arena, wholeFlops }: Draft,
  changing: ReadonlySet<string>,
  weights: MutableWeights,
  source: BatchSource,
  options: RunnerOptions,
): Promise<PlayerRunner> {
  const parts = options.microBatches ?? 1;
  const frozen = isFrozenInput(model, changing);
  const part =
    source.finite === undefined
      ? {
          reason: 'nothing could be computed once and kept, for examples are drawn anew in each update',
          step: step.program,
          flops: 0,
        }
      : await cacheFrozenPart(
          step.program,
          model,
          frozen,
          weights,
          source.finite.table,
          source.batchSize,
          options,
        );
  const cache = 'cache' in part ? part.cache : undefined;
  const used = 'cache' in part ? part.cache.above : part.step;
  const inputs = new Set(used.inputs.map(({ attributes }) => attributes.name));
  const groups = new Set(step.trained.map(({ layer }) => layer));
  const optimiser = createOptimiser(settings.optimiser, arena, {
    groups: Object.fromEntries(
      Object.entries(options.rates).flatMap(([layer, rate]) =>
        groups.has(layer) ? [[layer, { rate }]] : [],
      ),
    ),
  });
  const average =
    settings.averageDecay === undefined
      ? undefined
      : createWeightAverage(arena, {
          decay: settings.averageDecay,
          warmUp: settings.averageWarmUp ?? false,
        });

  const whole = batchFeeds(model.fields, source.batchSize);
  const noise = noiseFeeds(step.noises);
  const constants = Object.fromEntries(
    Object.entries(weightFeeds(weights)).filter(
      ([name]) => inputs.has(name) && frozen(name) && keepsConstants(model),
    ),
  );
  const executable: Executable = await compile(used, {
    threads: options.threads,
    device: options.device,
    constants,
  });
  const feeds = {
    ...whole.feeds,
    ...cache?.feeds,
    ...noise.feeds,
    ...weightFeeds(weights),
    [ZERO_INPUT]: new Float32Array(1),
  };
  const gradientOf = (name: string) => {
    const { offset, length } = arena.segments.find((segment) => segment.name === name)!;
    return arena.gradient.subarray(offset, offset + length);
  };
  const bound: Bound = executable.bind(
    Object.fromEntries(
      Object.entries(feeds).filter(([name]) => inputs.has(name) && !Object.hasOwn(constants, name)),
    ),
    Object.fromEntries(step.trained.map(({ name }) => [outputNames.gradient(name), gradientOf(name)])),
  );
  const rows = source.finite?.rows;
  const usesField = model.fields.some(({ name }) => inputs.has(inputNames.field(name)));
  const fill = (index: number): void => {
    if (cache !== undefined && rows !== undefined) {
      cache.fill(rows(index));
      if (usesField) source.fill(index, whole);
    } else source.fill(index, whole);
  };
  const run = async (): Promise<number> => {
    await bound.run();
    for (const name of step.writesState)
      weights.state[name]!.set(bound.outputs[outputNames.state(name)] as Float32Array);
    return bound.outputs[outputNames.loss]![0]!;
  };
  return {
    player,
    repeats: settings.repeats,
    rate: settings.rate,
    arena,
    optimiser,
    average,
    flops: parts * countFlops(used),
    wholeFlops,
    preparationFlops: part.flops,
    trainedCount: countParameters(step.trained),
    note:
      'cache' in part
        ? `frozen layers were computed once for each of ${part.cache.count} examples, which took ${part.flops} operations and saves ${part.cache.flopsSaved} in each update`
        : part.reason,
    batch: whole,
    noise,
    fill,
    run,
    async gradient(index, draws) {
      if (parts === 1) {
        fill(index);
        noise.draw(draws);
        return run();
      }
      let total = 0;
      let weightTotal = 0;
      for (let part = 0; part < parts; part++) {
        fill(index * parts + part);
        noise.draw(draws.child(part));
        const loss = await run();
        if (!Number.isFinite(loss)) return loss;
        const weight = bound.outputs[outputNames.weight]?.[0] ?? 1;
        optimiser.accumulate(weight);
        total += weight * loss;
        weightTotal += weight;
      }
      return total / weightTotal;
    },
    terms: () =>
      Object.fromEntries(
        Object.entries(bound.outputs).flatMap(([name, value]) =>
          name.startsWith('term/') ? [[name.slice(5), value[0]!]] : [],
        ),
      ),
    dispose: () => executable.dispose(),
  };
}

/** The model's present weights with trained tensors taken from the moving average where there is one. */
export function averagedWeights(weights: Weights, runners: readonly PlayerRunner[]): Weights {
  const parameters = { ...weights.parameters };
  for (const { arena, average } of runners)
    if (average !== undefined)
      for (const { name, offset, length } of arena.segments)
        parameters[name] = average.average.subarray(offset, offset + length);
  return { parameters, state: weights.state };
}
