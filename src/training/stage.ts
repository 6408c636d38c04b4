import type { Adapter } from '../models/adapter.ts';
import type { Model, ModelContext, Objective, Weights } from '../models/model.ts';
import type { Stream } from '../random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ScheduleSpec } from './schedules/schedule-spec.ts';

/** How long a stage trains. */
export type StageLength =
  /** A share of the steps that the whole trial has. */
  | { readonly kind: 'share'; readonly share: number }
  /** A number of steps. */
  | { readonly kind: 'steps'; readonly steps: number }
  /** Until validation stops improving, but no longer than the trial's remaining steps allow. */
  | { readonly kind: 'convergence' };

/** One part of a training run, during which the same layers are trained. */
export interface Stage {
  /** Shown in curves, e.g. 'decoder/output only'. */
  readonly name: string;
  /** Layers that are trained; all others stay bit-identical and behave as in evaluation. */
  readonly layers: readonly string[];
  readonly length: StageLength;
  /** Factors of the learning rate by layer; 1 where absent. */
  readonly rates?: Readonly<Record<string, number>>;
  /** Takes the place of the run's schedule. */
  readonly schedule?: ScheduleSpec;
}

/** A further term of the objective, e.g. a distance from the starting point. Added to the mean cost. */
export interface LossTerm {
  readonly name: string;
  build(context: ModelContext, model: Model, objective: Objective): Tensor;
}

/** Further parameters beside a model's own, which are trained and taken into them at the end (adapters). */
export interface Rewrite {
  /** The model that is trained. */
  build(model: Model): Model;
  /** Its starting weights. */
  begin(model: Model, weights: Weights, stream: Stream): Weights;
  /** Weights of the original model that compute what the trained one does, and what was added by itself. */
  finish(model: Model, weights: Weights): { readonly weights: Weights; readonly adapter: Adapter };
}

/** What a technique fills in. Combining techniques merges slots. */
export interface Slots {
  /** Where the weights come from. */
  readonly start: 'checkpoint' | 'fresh';
  readonly stages: readonly Stage[];
  /** Give an output layer that shares a parameter with an earlier layer a parameter of its own first. */
  readonly untie?: boolean;
  readonly losses?: readonly LossTerm[];
  readonly rewrite?: Rewrite;
}

/** A stage as it ran. */
export interface StageRecord {
  readonly name: string;
  readonly layers: readonly string[];
  readonly from: number;
  readonly to: number;
  /** How the frozen layers were computed. */
  readonly note: string;
}
