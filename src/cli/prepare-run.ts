import { existsSync } from 'node:fs';
import { predictionRatios } from '../queue/prediction-ratios.ts';
import { formatBytes } from '../report/format-quantity.ts';
import { openStoreForReading } from '../store/open-store.ts';
import { workspaceAt } from '../store/workspace.ts';
import type { Step } from '../study/step.ts';
import type { StudyPlan } from '../study/study-plan.ts';
import { type MachineRates, type PredictedSeconds, stepSeconds } from '../study/work-seconds.ts';
import { describeMachine, freeDisk } from './machine.ts';
import { measureRates } from './measure-rates.ts';
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
  /** What a step is expected to take on this machine. */
  readonly predict: (step: Step) => PredictedSeconds;
  /** Of the whole plan, from its beginning. */
  readonly prediction: Prediction;
  /** Of what is left, by what is done. */
  readonly left: Prediction;
  readonly warnings: readonly string[];
}

/** Stands in where nothing is left to be predicted. */
const anyRates: MachineRates = { products: 1e11, values: 1e10, nodes: 1e6, scalars: 1e9 };

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
  const rates = rest.length === 0 ? anyRates : await measureRates(() => terminal.now());
  const threads = Math.max(1, settings.threads);
  const predict = (step: Step) => stepSeconds(step, { ...rates, products: rates.products * threads });
  const secondsOf = (step: Step) => predict(step).seconds;
  const ratios = predictionRatios(
    plan.steps.flatMap((step) => {
      const measured = done.get(step.id) ?? 0;
      return measured === 0 ? [] : [{ kind: step.kind, predicted: secondsOf(step), measured }];
    }),
    plan.steps.reduce((sum, step) => sum + secondsOf(step), 0),
  );
  const left = predictRun(rest, workers, (step) => secondsOf(step) * ratios[step.kind]);
  const machine = {
    memory: describeMachine().memory.free,
    disk: freeDisk(settings.workspace),
  };
  return {
    workers,
    done: new Set(done.keys()),
    predict,
    prediction: predictRun(plan.steps, workers, secondsOf),
    left,
    warnings: [...plan.warnings, ...shortages(left, machine, formatBytes)],
  };
}

/** The steps of a plan that the workspace has finished, with the seconds that they took (0 where that is not known). */
async function finishedSteps(steps: readonly Step[], workspace: string): Promise<Map<string, number>> {
  if (!existsSync(workspaceAt(workspace).database)) return new Map();
  const store = await openStoreForReading(workspace);
  try {
    const records = await store.steps(steps.map(({ id }) => id));
    const finished = records.filter(({ state }) => state === 'done');
    return new Map(finished.map(({ id, seconds }) => [id, seconds.wall]));
  } finally {
    await store.close();
  }
}
