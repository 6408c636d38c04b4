import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '../errors.ts';
import type { ProgressAction } from '../queue/progress.ts';
import { runPlan } from '../queue/run-plan.ts';
import { openStore } from '../store/open-store.ts';
import type { StepRecord } from '../store/step-record.ts';
import { workspaceAt } from '../store/workspace.ts';
import type { Step } from '../study/step.ts';
import { stepSeconds } from '../study/work-seconds.ts';
import { inOrder } from './in-order.ts';
import { measureRates } from './measure-rates.ts';
import { progressDisplay } from './progress-display.ts';
import type { Terminal } from './terminal.ts';

export interface StepRun {
  readonly title: string;
  /** Folder of the model that is made; unfinished work is kept below it. */
  readonly out: string;
  /** As others are told who works here. */
  readonly command: string;
  readonly base: string;
  readonly workers: number;
  readonly threads: number;
  readonly device: 'cpu' | 'webgpu' | 'cuda';
  /** What a finished step came to, in a few words. */
  readonly describe?: (step: StepRecord) => string | undefined;
}

export interface StepOutcome {
  readonly records: readonly StepRecord[];
  readonly interrupted: boolean;
  directory(step: string): string;
}

/** Where unfinished and finished work of a model folder is kept, so that it goes on where it was. */
const WORK = '.graft';

/** Refuses a folder that holds something else than a model made by such a command. */
export function checkModelFolder(out: string): void {
  if (!existsSync(out) || existsSync(join(out, WORK)) || readdirSync(out).length === 0) return;
  throw new GraftError('cannot-write', {
    path: out,
    reason: 'the folder holds other files',
    hint: 'Choose another --out, or empty it first.',
  });
}

/** A model that a step makes, and the folder that it is copied to. */
export interface MadeModel {
  readonly step: string;
  readonly to: string;
}

/** Refuses to replace a model that is not the one that its step left: another recipe or version made it. */
export function checkReplacedModels(out: string, made: readonly MadeModel[]): void {
  const workspace = workspaceAt(join(out, WORK));
  for (const { step, to } of made) {
    const [own, there] = [join(workspace.step(step), 'checkpoint'), to].map((folder) =>
      join(folder, 'model.safetensors'),
    ) as [string, string];
    if (!existsSync(there) || (existsSync(own) && readFileSync(own).equals(readFileSync(there)))) continue;
    throw new GraftError('cannot-write', {
      path: to,
      reason: 'another model is there, which these settings did not make',
      hint: 'Choose another --out, or replace it with --force.',
    });
  }
}

/** Runs steps in worker processes in a workspace of their own below the model's folder; going on where they were. */
export async function runSteps(
  steps: readonly Step[],
  run: StepRun,
  terminal: Terminal,
): Promise<StepOutcome> {
  const { workers, threads, device, base } = run;
  const store = await openStore(join(run.out, WORK), run.command);
  try {
    const finished = new Map<string, StepRecord>();
    const display = progressDisplay(run.title, terminal, (id) => {
      const record = finished.get(id);
      return record === undefined ? undefined : run.describe?.(record);
    });
    const counted = steps.every(({ estimate }) => estimate.work !== undefined);
    const rates = counted ? await measureRates(() => terminal.now()) : undefined;
    const shown = inOrder<ProgressAction>(async (action) => {
      if (action.type === 'finished')
        for (const record of await store.steps([action.id])) finished.set(action.id, record);
      display.act(action);
    });
    try {
      const { interrupted } = await runPlan(steps, store, {
        workers,
        threads,
        device,
        base,
        signal: terminal.signal,
        killSignal: terminal.killSignal,
        ...(rates === undefined ? {} : { predict: (step: Step) => stepSeconds(step, rates) }),
        onAction: shown.push,
      });
      await shown.done();
      const records = await store.steps(steps.map(({ id }) => id));
      const { workspace } = store;
      return { records, interrupted, directory: (id) => workspace.step(id) };
    } finally {
      // Where the run ended with an error, that one is told.
      await shown.done().catch(() => {});
      display.end();
    }
  } finally {
    await store.close();
  }
}

/** The error of the first step that failed, with its reason. */
export function failureOf(records: readonly StepRecord[]): GraftError | undefined {
  const failed = records.find(({ state, failure }) => state === 'failed' && failure?.kind !== 'blocked');
  if (failed === undefined) return undefined;
  const reason = failed.failure?.message ?? 'no reason was recorded';
  return new GraftError('step-failed', { label: failed.label, reason });
}
