import type { Seconds, StepFailure } from '../store/step-record.ts';
import type { Json, RunStep, Step, StepContext, StepEvent } from '../study/step.ts';

/** What a worker process is told when it starts. */
export interface WorkerSetup {
  /** Module that exports `runStep`. */
  readonly runner: string;
  /** Folder in which each step has its own. */
  readonly stepsFolder: string;
  /** Folder of the study file, against which its paths are resolved. */
  readonly base: string;
  readonly threads: number;
  readonly device: StepContext['device'];
}

/** A module that runs steps. */
export interface RunnerModule {
  readonly runStep: RunStep;
}

/** From the program to a worker. */
export type WorkerOrder =
  | { readonly type: 'setup'; readonly setup: WorkerSetup }
  | { readonly type: 'run'; readonly step: Step; readonly earlier: Seconds }
  /** Save partial work and give the step back. */
  | { readonly type: 'abort' };

/** From a worker to the program. `seconds` are those of this attempt alone. */
export type WorkerReport =
  | { readonly type: 'ready' }
  | { readonly type: 'event'; readonly id: string; readonly event: StepEvent }
  | { readonly type: 'beat'; readonly id: string; readonly seconds: Seconds }
  | { readonly type: 'done'; readonly id: string; readonly result: Json; readonly seconds: Seconds }
  | { readonly type: 'failed'; readonly id: string; readonly failure: StepFailure; readonly seconds: Seconds }
  | { readonly type: 'interrupted'; readonly id: string; readonly seconds: Seconds };
