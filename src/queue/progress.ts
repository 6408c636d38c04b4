import type { StepFailure } from '../store/step-record.ts';
import type { StepEvent, StepKind } from '../study/step.ts';
import type { PredictedSeconds } from '../study/work-seconds.ts';
import { type Evidence, predictionRatios } from './prediction-ratios.ts';
import { scheduleSeconds } from './schedule.ts';

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
  readonly needs: readonly string[];
  /** Predicted seconds, and the share of them that training takes; undefined where nobody predicted any. */
  readonly predicted: PredictedSeconds | undefined;
  /** Finished by an earlier run, in so many seconds. */
  readonly done: boolean;
  readonly took?: number;
}

/** State of a running plan, for displays. */
export interface Progress {
  readonly startedAt: number;
  readonly steps: ReadonlyMap<string, ShownStep>;
  readonly counts: Readonly<Record<ShownStep['state'], number>>;
  /** What each worker runs: a step's id, or null. */
  readonly workers: readonly (string | null)[];
  /** What finished steps took, against what was predicted for them. */
  readonly evidence: readonly Evidence[];
  readonly stopping: boolean;
  /** The latest notes and warnings, oldest first. */
  readonly notes: readonly { readonly id: string; readonly warning: boolean; readonly text: string }[];
}

export interface ShownStep extends PlannedStep {
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'reused';
  readonly startedAt?: number;
  /** Part of its present phase that is done. */
  readonly phase?: { readonly name: string; readonly done: number; readonly total: number };
  /** Share of its work that was done when it first told how far it is: more than 0 where it goes on from a snapshot. */
  readonly from?: number;
  readonly validation?: number;
  /** Further numbers of the last look. */
  readonly terms?: Readonly<Record<string, number>>;
  readonly failure?: StepFailure;
}

const keptNotes = 50;

export const initialProgress: Progress = {
  startedAt: 0,
  steps: new Map(),
  counts: { waiting: 0, running: 0, done: 0, failed: 0, reused: 0 },
  workers: [],
  evidence: [],
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
        evidence: withFinished(progress, step, action.at),
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
 * Seconds that the rest will take: what was predicted for it, times by how much longer than predicted the work took that
 * is done, on as many workers; undefined where nothing was predicted. `at`: now, by the actions' clock.
 */
export function secondsLeft(progress: Progress, at: number): number | undefined {
  const steps = [...progress.steps.values()];
  const evidence = [...progress.evidence, ...ofRunning(progress, at)];
  if (evidence.length === 0 && steps.some((step) => step.predicted === undefined)) return undefined;
  const total = steps.reduce((sum, step) => sum + predictionOf(step).seconds, 0);
  const ratios = predictionRatios(evidence, total);
  const open = steps.flatMap((step) => {
    if (step.state !== 'waiting' && step.state !== 'running') return [];
    const whole = predictionOf(step).seconds * ratios[step.kind];
    const running = step.state === 'running';
    const gone = step.startedAt === undefined ? 0 : (at - step.startedAt) / 1000;
    // Before a step tells how far it is, by the clock.
    const left = step.phase === undefined ? whole - gone : whole * (1 - shareDone(step));
    return [{ ...step, running, seconds: running ? Math.max(0, left) : whole }];
  });
  return scheduleSeconds(open, Math.max(1, progress.workers.length));
}

/** Steps of which nothing was predicted count alike: what the first take says how long the others will. */
const predictionOf = ({ predicted }: PlannedStep): PredictedSeconds =>
  predicted ?? { seconds: 1, training: 0.9 };

/** How much of its work a running step has done: training, then the phases of measuring. */
function shareDone(step: ShownStep): number {
  const { phase } = step;
  if (phase === undefined) return 0;
  const done = phase.done / Math.max(1, phase.total);
  const { training } = predictionOf(step);
  return phase.name.startsWith('measuring') ? training + (1 - training) * done : training * done;
}

/** What running steps have done in this run, and took for it. */
function ofRunning({ steps }: Progress, at: number): Evidence[] {
  return [...steps.values()].flatMap((step): Evidence[] => {
    const { kind, state, startedAt, from = 0 } = step;
    const share = shareDone(step) - from;
    if (state !== 'running' || startedAt === undefined || share <= 0) return [];
    return [{ kind, predicted: share * predictionOf(step).seconds, measured: (at - startedAt) / 1000 }];
  });
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
    evidence: action.steps.flatMap((step): Evidence[] =>
      step.took === undefined
        ? []
        : [{ kind: step.kind, predicted: predictionOf(step).seconds, measured: step.took }],
    ),
  };
}

function withEvent(progress: Progress, step: ShownStep, event: StepEvent): Progress {
  switch (event.type) {
    case 'progress': {
      const next = { ...step, phase: { name: event.phase, done: event.done, total: event.total } };
      return change(progress, { ...next, from: step.from ?? shareDone(next) });
    }
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

function base({ id, kind, label, needs, predicted, done }: ShownStep): PlannedStep {
  return { id, kind, label, needs, predicted, done };
}

function withFinished(progress: Progress, step: ShownStep, at: number): readonly Evidence[] {
  const { kind, startedAt, from = 0 } = step;
  if (startedAt === undefined) return progress.evidence;
  const measured = (at - startedAt) / 1000;
  return [...progress.evidence, { kind, predicted: (1 - from) * predictionOf(step).seconds, measured }];
}
