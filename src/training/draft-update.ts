import type { Device } from '../engine/device.ts';
import { slotsOf } from '../engine/optimisers/create-optimiser.ts';
import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import { createParameterArena, type ParameterArena } from '../engine/optimisers/parameter-arena.ts';
import type { Model, Player } from '../models/model.ts';
import { countFlops } from '../tensor/flops.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { BatchSource } from './batch-source.ts';
import { type PlayerSettings, playerSettings, type RunSettings } from './player-settings.ts';
import type { LossTerm } from './stage.ts';
import { buildStep, type StepProgram } from './step-program.ts';

export interface RunnerOptions {
  readonly optimiser: OptimiserSpec;
  /** Learning rate factors by layer. */
  readonly rates: Readonly<Record<string, number>>;
  readonly averageDecay: number | undefined;
  readonly averageWarmUp?: boolean;
  readonly stated?: RunSettings['stated'];
  /** Batches of the source that make one update; 1 if absent. */
  readonly microBatches?: number;
  readonly losses: readonly LossTerm[];
  /** Compute activations within layers again in the backward pass. */
  readonly recompute?: boolean;
  readonly threads: number;
  readonly device: Device;
  /** Bytes for activations of frozen layers; 0 turns storing them off. */
  readonly memoryLimit: number;
  readonly signal?: AbortSignal;
}

/** Weights in training: trained tensors are replaced by views of the arena that they are updated in. */
export interface MutableWeights {
  parameters: Record<string, Float32Array>;
  state: Record<string, Float32Array>;
}

/** A player's update before it is compiled, its parameters in their arena. */
export interface Draft {
  readonly player: Player;
  readonly settings: PlayerSettings;
  readonly step: StepProgram;
  readonly arena: ParameterArena;
  /** Operations of an update that computes everything anew. */
  readonly wholeFlops: number;
}

/**
 * Builds a player's update. `weights` is changed: what it trains becomes views of the draft's arena, with room for what the
 * optimiser and the average keep.
 */
export function draftUpdate(
  model: Model,
  player: Player,
  layers: ReadonlySet<string>,
  weights: MutableWeights,
  source: BatchSource,
  options: RunnerOptions,
): Draft {
  const parts = options.microBatches ?? 1;
  const settings = playerSettings(player, options);
  const build = (recompute: boolean) =>
    buildStep(model, player, layers, source.batchSize, options.losses, parts > 1, recompute);
  const step = build(options.recompute ?? false);
  // What is computed twice to save memory makes an update count no more than it would otherwise.
  const wholeFlops = parts * countFlops((options.recompute ? build(false) : step).program);
  const arena = createParameterArena(
    step.trained.map(({ name, shape, layer, decay }) => ({
      name,
      length: sizeOf(shape),
      group: layer,
      decay,
    })),
    {
      slots: [
        ...slotsOf(settings.optimiser, { accumulate: parts > 1 }),
        ...(settings.averageDecay === undefined ? [] : ['average']),
      ],
    },
  );
  for (const { name } of step.trained) {
    arena.segment(name).set(weights.parameters[name]!);
    weights.parameters[name] = arena.segment(name);
  }
  return { player, settings, step, arena, wholeFlops };
}
