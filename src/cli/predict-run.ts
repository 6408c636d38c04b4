import { scheduleSeconds } from '../queue/schedule.ts';
import type { Step } from '../study/step.ts';

/** What a plan will take, as far as can be told before it runs. */
export interface Prediction {
  readonly wallSeconds: number;
  /** Bytes of memory of one worker at its peak, and of the whole program. */
  readonly workerMemory: number;
  readonly memory: number;
  /** Bytes left on disk. */
  readonly disk: number;
}

/** Seconds until the first worker takes a step. */
const START = 1.2;
/** Bytes that the process takes which plans, keeps the database and reports. */
const PARENT_MEMORY = 200 * 2 ** 20;

/**
 * Predicts time, memory and disk of steps on so many workers, given the seconds of each.
 */
export function predictRun(
  steps: readonly Step[],
  workers: number,
  secondsOf: (step: Step) => number,
): Prediction {
  const timed = steps.map((step) => ({ ...step, seconds: secondsOf(step), running: false }));
  const largest = Math.max(0, ...steps.map(({ estimate }) => estimate.memory));
  return {
    wallSeconds: scheduleSeconds(timed, workers, START),
    workerMemory: largest,
    memory: PARENT_MEMORY + largest * Math.min(workers, Math.max(1, steps.length)),
    disk: steps.reduce((sum, { estimate }) => sum + estimate.disk, 0),
  };
}

/** What of a prediction the machine does not have. */
export function shortages(
  prediction: Prediction,
  machine: { readonly memory: number; readonly disk: number | undefined },
  show: (bytes: number) => string,
): string[] {
  return [
    ...(prediction.memory > machine.memory
      ? [
          `About ${show(prediction.memory)} of memory will be needed, but only ${show(machine.memory)} are free: use fewer workers (each takes ${show(prediction.workerMemory)}) or a smaller model.`,
        ]
      : []),
    ...(machine.disk !== undefined && prediction.disk > machine.disk
      ? [
          `About ${show(prediction.disk)} of disk will be needed, but only ${show(machine.disk)} are free: choose another --workspace.`,
        ]
      : []),
  ];
}
