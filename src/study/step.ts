import type { Work } from './work.ts';

/**
 * Steps: the units of work of a plan. A step is data; what it does is in `run-step.ts`; who runs it when is the
 * queue's business; what it left behind is the store's.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What kinds of work there are. */
export type StepKind = 'pretrain' | 'tune' | 'trial';

/** A unit of work. Steps with equal content have equal ids, so that finished work is found again. */
export interface Step {
  /** SHA-256 (hex, first 32 digits) of kind, versions, inputs and the ids of the steps that it needs. */
  readonly id: string;
  readonly kind: StepKind;
  /** For people: 'fine-tune, 100 items, seed 3'. */
  readonly label: string;
  /** Ids of steps whose results it reads. */
  readonly needs: readonly string[];
  /** Everything that determines the result, resolved: nothing is looked up elsewhere. */
  readonly inputs: Json;
  /** Predicted before anything ran. */
  readonly estimate: StepEstimate;
}

export interface StepEstimate {
  /** Floating-point operations. */
  readonly flops: number;
  /** What training and measuring take, counted without knowing the machine; absent where nobody counted. */
  readonly work?: { readonly training: Work; readonly measuring: Work };
  /** Bytes of memory at the peak. */
  readonly memory: number;
  /** Bytes left on disk. */
  readonly disk: number;
}

/** What happens while a step runs, for progress displays and the event log. */
export type StepEvent =
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly phase: string }
  | {
      readonly type: 'look';
      readonly step: number;
      readonly training: number | null;
      readonly validation: number;
      readonly terms?: Readonly<Record<string, number>>;
    }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'warning'; readonly text: string };

/** What a running step may use. Nothing else is read from outside. */
export interface StepContext {
  /** A folder of its own that survives a kill: partial work is found here when the step is run again. */
  readonly directory: string;
  /** The folder and result of a finished step that this one needs. */
  dependency(id: string): { readonly directory: string; readonly result: Json };
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  emit(event: StepEvent): void;
  readonly signal: AbortSignal;
  /** Folder of the study file, where relative paths of data and checkpoints start. */
  readonly base: string;
  readonly threads: number;
  readonly device: 'cpu' | 'webgpu' | 'cuda';
  /** Wall and CPU seconds that interrupted runs of this step used before, to be added up. */
  readonly earlier: { readonly wall: number; readonly cpu: number };
}

/** Runs a step to its end and returns its result; files lie in the context's directory. */
export type RunStep = (step: Step, context: StepContext) => Promise<Json>;
