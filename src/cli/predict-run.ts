import type { Step, StepKind } from '../study/step.ts';

/** What a plan will take, as far as can be told before it runs. */
export interface Prediction {
  readonly wallSeconds: number;
  /** Bytes of memory of one worker at its peak, and of the whole program. */
  readonly workerMemory: number;
  readonly memory: number;
  /** Bytes left on disk. */
  readonly disk: number;
}

/** Share of the matrix product's rate that whole programs reach, and seconds of an update besides: for itself, and for each value that it changes. */
const EFFICIENCY = 0.65;
const UPDATE = 1e-4;
const UPDATED_VALUE = 1.4e-9;
/** Seconds that a step takes besides: loading, compiling, measuring what no operations are counted for, writing. */
const overhead: Readonly<Record<StepKind, number>> = { pretrain: 0.5, tune: 0.3, trial: 0.8 };
/** Seconds until the first worker takes a step. */
const START = 0.8;
/** Bytes that the process takes which plans, keeps the database and reports. */
const PARENT_MEMORY = 200 * 2 ** 20;

/**
 * Seconds of a step at a rate of operations a second. Calibrated by the updates of dense and convolutional
 * autoencoders and of transformers on one thread: within a quarter of the fastest for each of eight of them.
 */
export function stepSeconds({ kind, estimate }: Pick<Step, 'kind' | 'estimate'>, rate: number): number {
  const { flops, updates = 0, parameters = 0 } = estimate;
  return flops / (rate * EFFICIENCY) + updates * (UPDATE + UPDATED_VALUE * parameters) + overhead[kind];
}

/**
 * Predicts time, memory and disk: steps are given to `workers` in the plan's order as soon as those that they need are
 * done. `rate`: operations a second of a matrix product on one worker's threads.
 */
export function predictRun(steps: readonly Step[], workers: number, rate: number): Prediction {
  const free = new Array<number>(Math.max(1, Math.min(workers, steps.length))).fill(START);
  const ends = new Map<string, number>();
  for (const step of steps) {
    const ready = Math.max(0, ...step.needs.map((id) => ends.get(id) ?? 0));
    // The worker that can begin first.
    const worker = free.indexOf(Math.min(...free));
    const end = Math.max(free[worker]!, ready) + stepSeconds(step, rate);
    free[worker] = end;
    ends.set(step.id, end);
  }
  const largest = Math.max(0, ...steps.map(({ estimate }) => estimate.memory));
  return {
    wallSeconds: steps.length === 0 ? 0 : Math.max(...ends.values()),
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
