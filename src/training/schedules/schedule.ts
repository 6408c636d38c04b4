import type { z } from 'zod';
import type { Citation } from '../../citation.ts';

/** How long the training that a schedule covers is at most. */
export interface Horizon {
  /** Updates. */
  readonly steps: number;
  /** Updates in one pass over the training examples; without it no duration may be given in epochs. */
  readonly stepsPerEpoch?: number;
}

/** What a schedule sets for one update. */
export interface Setting {
  /** What the trial's learning rate, which is the schedule's highest, is multiplied with. */
  readonly rateFactor: number;
  /** The optimiser's momentum (or beta1) for this update, where the schedule moves it. */
  readonly momentum?: number;
}

/** What a schedule remembers of validation: JSON, empty for all schedules that do not look at it. */
export type ScheduleState = Readonly<Record<string, number | null>>;

/** A schedule for a given length of training: pure functions of the update's index and of a state that the caller keeps. */
export interface Plan {
  /** The setting for the update with the given index, from 0. */
  setting(step: number, state: ScheduleState): Setting;
  /** The state before the first look at validation. */
  readonly start: ScheduleState;
  /** The state after a look at validation. */
  observe(state: ScheduleState, validation: number): ScheduleState;
}

/** A kind of learning-rate schedule. */
export interface Schedule<Options extends z.ZodObject = z.ZodObject> {
  readonly title: string;
  /** Works that it comes from. */
  readonly citations: readonly Citation[];
  /** Where in them, and reference implementations, with stated deviations. */
  readonly follows: readonly string[];
  readonly options: Options;
  /** The plan for validated options. */
  plan(options: z.output<Options>, horizon: Horizon): Plan;
}

/** The plan of a schedule that depends on the update's index alone. */
export function fixed(setting: (step: number) => Setting): Plan {
  return { setting, start: {}, observe: (state) => state };
}
