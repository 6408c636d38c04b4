import type { ErrorCode } from '../errors.ts';
import type { Json, Step } from '../study/step.ts';

/**
 * What became of a step: `pending` (to be run), `running` (a worker has it, or had it when the program was killed),
 * `done` (immutable), `failed` (may be tried again by another run).
 */
export type StepState = 'pending' | 'running' | 'done' | 'failed';

/**
 * Why a step failed: an error that Graft knows (`error`, with its code and facts), an exception nobody expected, a
 * worker process that died again and again, or a step that it needs and that failed.
 */
export interface StepFailure {
  readonly kind: 'error' | 'unexpected' | 'crashed' | 'blocked';
  readonly code?: ErrorCode;
  readonly message: string;
  /** The error's facts; for others what is known (stack, signal, exit code, last output, the step that blocks). */
  readonly facts?: Json;
}

/** What the tracking database knows about a step. */
export interface StepRecord extends Step {
  readonly state: StepState;
  /** How often a worker took it up. */
  readonly attempts: number;
  /** Who runs it now: process id of the worker. */
  readonly holder: string | null;
  /** Present once it is done. */
  readonly result: Json;
  readonly failure: StepFailure | null;
  /** Seconds of wall clock and of processor that all its attempts used. */
  readonly seconds: Seconds;
  /** Milliseconds since 1970. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

export interface Seconds {
  readonly wall: number;
  readonly cpu: number;
}

export function addSeconds(a: Seconds, b: Seconds): Seconds {
  return { wall: a.wall + b.wall, cpu: a.cpu + b.cpu };
}

/** One entry of a step's log. */
export interface LoggedEvent {
  readonly step: string;
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: string;
  readonly payload: Json;
}

/** A study that was run in this workspace. */
export interface StudyRecord {
  readonly name: string;
  readonly spec: Json;
  /** Ids of its steps in the order of the plan. */
  readonly steps: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}
