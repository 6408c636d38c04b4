import type { Device } from '../engine/device.ts';
import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import type { ExampleTable } from '../models/example-table.ts';
import type { Model, Weights } from '../models/model.ts';
import type { Stream } from '../random.ts';
import type { BatchSource } from './batch-source.ts';
import type { ConvergenceRule } from './convergence.ts';
import type { Criterion } from './criterion.ts';
import type { Look } from './look.ts';
import type { RunSettings } from './player-settings.ts';
import type { ScheduleSpec } from './schedules/schedule-spec.ts';
import type { LossTerm, Stage, StageRecord } from './stage.ts';
import type { TrainingSnapshot } from './training-snapshot.ts';

/** What a training run is made of. */
export interface TrainOptions {
  readonly model: Model;
  /** Starting weights; not changed. */
  readonly start: Weights;
  readonly stages: readonly Stage[];
  readonly losses?: readonly LossTerm[];
  readonly source: BatchSource;
  readonly validation: ExampleTable;
  /** What looks measure, which is given back in the end; the mean cost of `validation` if absent. */
  readonly criterion?: Criterion;
  /** Updates that the whole run may make. */
  readonly steps: number;
  /**
   * Operations that the whole run may take. An update counts what it takes without stored activations of frozen
   * layers, so that how many updates there are does not depend on what happens to be stored.
   */
  readonly flopsLimit?: number;
  /** Looks at validation, evenly spread, besides the one before the first update. */
  readonly looks: number;
  readonly optimiser: OptimiserSpec;
  readonly learningRate: number;
  readonly schedule: ScheduleSpec;
  readonly convergence: ConvergenceRule;
  /** Decay of a moving average of weights, which is then what is validated and kept. */
  readonly averageDecay?: number;
  /** A smaller decay in the first updates. */
  readonly averageWarmUp?: boolean;
  /** What of these goes before what the model's players have of their own. */
  readonly stated?: RunSettings['stated'];
  /**
   * Batches of the source whose gradients make one update, 1 if absent; fewer where there are not enough examples for
   * each to be another one. The gradient is that of the mean over all of their examples.
   */
  readonly accumulate?: number;
  /** Activations within layers are computed again in the backward pass instead of being kept for it. */
  readonly recompute?: boolean;
  /** 'best': the weights of the best look; 'last': those at the end. */
  readonly keep: 'best' | 'last';
  readonly stream: Stream;
  readonly threads: number;
  readonly device: Device;
  /** Bytes for activations of frozen layers. */
  readonly memoryLimit: number;
  readonly resume?: TrainingSnapshot;
  /** Asked after each update; true: make a snapshot now. */
  readonly wantsSnapshot?: () => boolean;
  readonly onSnapshot?: (snapshot: TrainingSnapshot) => Promise<void>;
  readonly onLook?: (look: Look) => void;
  /** After each update; `total`: how many there will be at most, as far as it can be told. */
  readonly onStep?: (step: number, total: number) => void;
  /**
   * Ends the run with `interrupted`: after the update under way, with a snapshot; or between batches of a look at
   * validation or of computing frozen layers, where updates since the last snapshot are lost.
   */
  readonly signal?: AbortSignal;
}

/** What a training run left. */
export interface TrainResult {
  readonly weights: Weights;
  readonly looks: readonly Look[];
  /** Unit of validation. */
  readonly unit: string;
  readonly stages: readonly StageRecord[];
  readonly best: { readonly step: number; readonly validation: number };
  readonly steps: number;
  /** Operations spent: updates as they ran, and computing frozen layers in advance. */
  readonly flops: number;
  /** Largest number of values trained in a stage. */
  readonly trainedParameters: number;
  /** All stages ran, and validation had stopped improving beyond the tolerance before the end. */
  readonly converged: boolean;
}
