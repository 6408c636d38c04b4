import type { StepFailure } from '../store/step-record.ts';
import type { StepEvent, StepKind } from '../study/step.ts';

/** What happens while a plan runs. `at`: milliseconds of any one clock. */
export type ProgressAction =
  | {
      readonly type: 'plan';
      readonly at: number;
      readonly steps: readonly PlannedStep[];
      readonly workers: number;
    }
  | { readonly type: 'started'; readonly at: number; readonly id: string; readonly worker: number }
  | { readonly type: 'event'; readonly at: number; readonly id: string; readonly event: StepEvent }
  | { readonly type: 'finished'; readonly at: number; readonly id: string }
  | { readonly type: 'failed'; readonly at: number; readonly id: string; readonly failure: StepFailure }
  /** It waits to be run again; the reason is null where it was interrupted on demand. */
  | { readonly type: 'put-back'; readonly at: number; readonly id: string; readonly reason: string | null }
  /** Something about the run as a whole. */
  | { readonly type: 'warning'; readonly at: number; readonly text: string }
  | { readonly type: 'stopping'; readonly at: number };

export interface PlannedStep {
  readonly id: string;
  readonly kind: StepKind;
  readonly label: string;
  /** Predicted floating-point operations. */
  readonly flops: number;
  /** Finished by an earlier run. */
  readonly done: boolean;
}

/** State of a running plan, for displays. */
export interface Progress {
  readonly startedAt: number;
  readonly steps: ReadonlyMap<string, ShownStep>;
  readonly counts: Readonly<Record<ShownStep['state'], number>>;
  /** What each worker runs: a step's id, or null. */
  readonly workers: readonly (string | null)[];
  /** Speed of the steps finished in this run, by kind and together. */
  readonly speed: Readonly<Record<StepKind | 'all', Speed>>;
  readonly stopping: boolean;
  /** The latest notes and warnings, oldest first. */
  readonly notes: readonly { readonly id: string; readonly warning: boolean; readonly text: string }[];
}

export interface ShownStep extends PlannedStep {
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'reused';
  readonly startedAt?: number;
  /** Part of its present phase that is done. */
  readonly phase?: { readonly name: string; readonly done: number; readonly total: number };
  readonly validation?: number;
  /** Further numbers of the last look. */
  readonly terms?: Readonly<Record<string, number>>;
  readonly failure?: StepFailure;
}

interface Speed {
  readonly flops: number;
  readonly seconds: number;
}

const keptNotes = 50;
const noSpeed: Speed = { flops: 0, seconds: 0 };

export const initialProgress: Progress = {
  startedAt: 0,
  steps: new Map(),
  counts: { waiting: 0, running: 0, done: 0, failed: 0, reused: 0 },
  workers: [],
  speed: { pretrain: noSpeed, tune: noSpeed, trial: noSpeed, all: noSpeed },
  stopping: false,
  notes: [],
};

/** The state after an action. Actions about steps that are not in the plan change nothing. */
export function reduceProgress(progress: Progress, action: ProgressAction): Progress {
  if (action.type === 'plan') return planned(action);
  if (action.type === 'warning') return progress;
  if (action.type === 'stopping') return { ...progress, stopping: true };
  const step = progress.steps.get(action.id);
  if (step === undefined) return progress;
  switch (action.type) {
    case 'started': {
      const workers = [...progress.workers];
      while (workers.length <= action.worker) workers.push(null);
      workers[action.worker] = step.id;
      return { ...change(progress, { ...base(step), state: 'running', startedAt: action.at }), workers };
    }
    case 'event':
      return withEvent(progress, step, action.event);
    case 'finished':
      return {
        ...change(free(progress, step.id), { ...base(step), state: 'done' }),
        speed: faster(progress, step, action.at),
      };
    case 'failed':
      return change(free(progress, step.id), { ...base(step), state: 'failed', failure: action.failure });
    case 'put-back': {
      const waiting = change(free(progress, step.id), { ...base(step), state: 'waiting' });
      return action.reason === null ? waiting : addNote(waiting, step.id, true, action.reason);
    }
  }
}

/**
 * Seconds that the rest will take, predicted from the speed of the finished steps of each kind and, before any is
 * finished, from how far the running ones are; undefined while nothing is known. `at`: now, by the actions' clock.
 */
export function secondsLeft(progress: Progress, at: number): number | undefined {
  let total = 0;
  let longest = 0;
  let steps = 0;
  const early = speedOfRunning(progress, at);
  for (const step of progress.steps.values()) {
    if (step.state !== 'waiting' && step.state !== 'running') continue;
    const speed = [progress.speed[step.kind], progress.speed.all, early].find(
      (s) => s.seconds > 0 && s.flops > 0,
    );
    if (speed === undefined) return undefined;
    const whole = (step.flops * speed.seconds) / speed.flops;
    const spent = step.startedAt === undefined ? 0 : (at - step.startedAt) / 1000;
    const left = step.state === 'running' ? Math.max(whole - spent, 0) : whole;
    total += left;
    longest = Math.max(longest, left);
    steps++;
  }
  if (steps === 0) return 0;
  return Math.max(longest, total / Math.max(1, Math.min(progress.workers.length, steps)));
}

function planned(action: Extract<ProgressAction, { type: 'plan' }>): Progress {
  const steps = new Map<string, ShownStep>();
  for (const step of action.steps) steps.set(step.id, { ...step, state: step.done ? 'reused' : 'waiting' });
  const reused = action.steps.filter((step) => step.done).length;
  return {
    ...initialProgress,
    startedAt: action.at,
    steps,
    counts: { ...initialProgress.counts, waiting: steps.size - reused, reused },
    workers: Array.from({ length: action.workers }, () => null),
  };
}

function withEvent(progress: Progress, step: ShownStep, event: StepEvent): Progress {
  switch (event.type) {
    case 'progress':
      return change(progress, {
        ...step,
        phase: { name: event.phase, done: event.done, total: event.total },
      });
    case 'look':
      return change(progress, {
        ...step,
        validation: event.validation,
        ...(event.terms === undefined ? {} : { terms: event.terms }),
      });
    case 'note':
    case 'warning':
      return addNote(progress, step.id, event.type === 'warning', event.text);
  }
}

function change(progress: Progress, step: ShownStep): Progress {
  const steps = new Map(progress.steps);
  const before = steps.get(step.id)!.state;
  steps.set(step.id, step);
  if (before === step.state) return { ...progress, steps };
  const counts = { ...progress.counts };
  counts[before]--;
  counts[step.state]++;
  return { ...progress, steps, counts };
}

function free(progress: Progress, id: string): Progress {
  return { ...progress, workers: progress.workers.map((running) => (running === id ? null : running)) };
}

function addNote(progress: Progress, id: string, warning: boolean, text: string): Progress {
  return { ...progress, notes: [...progress.notes, { id, warning, text }].slice(-keptNotes) };
}

function base({ id, kind, label, flops, done }: ShownStep): PlannedStep {
  return { id, kind, label, flops, done };
}

function faster(progress: Progress, step: ShownStep, at: number): Progress['speed'] {
  if (step.startedAt === undefined) return progress.speed;
  const seconds = (at - step.startedAt) / 1000;
  const add = (speed: Speed): Speed => ({
    flops: speed.flops + step.flops,
    seconds: speed.seconds + seconds,
  });
  return { ...progress.speed, [step.kind]: add(progress.speed[step.kind]), all: add(progress.speed.all) };
}

function speedOfRunning(progress: Progress, at: number): Speed {
  let flops = 0;
  let seconds = 0;
  for (const step of progress.steps.values()) {
    if (step.state !== 'running' || step.phase === undefined || step.startedAt === undefined) continue;
    flops += (step.flops * step.phase.done) / Math.max(1, step.phase.total);
    seconds += (at - step.startedAt) / 1000;
  }
  return { flops, seconds };
}
