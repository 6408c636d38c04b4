import { existsSync } from 'node:fs';
import { formatBytes } from '../report/format-quantity.ts';
import { openStoreForReading } from '../store/open-store.ts';
import { workspaceAt } from '../store/workspace.ts';
import type { Step } from '../study/step.ts';
import type { StudyPlan } from '../study/study-plan.ts';
import { describeMachine, freeDisk, measureMatrixRate } from './machine.ts';
import { type Prediction, predictRun, shortages } from './predict-run.ts';
import { workerCount } from './study-options.ts';
import type { Terminal } from './terminal.ts';

export interface RunSettings {
  readonly workspace: string;
  readonly workers: number | undefined;
  readonly threads: number;
  readonly device: 'cpu' | 'webgpu' | 'cuda';
}

/** A plan with what the machine makes of it. */
export interface PreparedRun {
  readonly workers: number;
  /** Ids of steps that an earlier run finished. */
  readonly done: ReadonlySet<string>;
  /** Of the whole plan, from its beginning. */
  readonly prediction: Prediction;
  /** Of what is left. */
  readonly left: Prediction;
  readonly warnings: readonly string[];
}

/** Predicts what a plan takes on this machine, and says what the machine does not have. */
export async function prepareRun(
  plan: StudyPlan,
  settings: RunSettings,
  terminal: Terminal,
): Promise<PreparedRun> {
  const done = await finishedSteps(plan.steps, settings.workspace);
  const rest = plan.steps.filter(({ id }) => !done.has(id));
  const workers = workerCount(settings.workers, settings.threads);
  // A finished study needs no measurement.
  const rate =
    rest.length === 0
      ? 1e10
      : (await measureMatrixRate(() => terminal.now())) * Math.max(1, settings.threads);
  const left = predictRun(rest, workers, rate);
  const machine = {
    memory: describeMachine().memory.free,
    disk: freeDisk(settings.workspace),
  };
  return {
    workers,
    done,
    prediction: predictRun(plan.steps, workers, rate),
    left,
    warnings: [...plan.warnings, ...shortages(left, machine, formatBytes)],
  };
}

/** Which of a plan's steps the workspace has finished. */
async function finishedSteps(steps: readonly Step[], workspace: string): Promise<Set<string>> {
  if (!existsSync(workspaceAt(workspace).database)) return new Set();
  const store = await openStoreForReading(workspace);
  try {
    const records = await store.steps(steps.map(({ id }) => id));
    return new Set(records.filter(({ state }) => state === 'done').map(({ id }) => id));
  } finally {
    await store.close();
  }
}
