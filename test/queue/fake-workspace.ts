import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { ProgressAction } from '../../src/queue/progress.ts';
import { type PlanOutcome, type RunPlanOptions, runPlan } from '../../src/queue/run-plan.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Step } from '../../src/study/step.ts';
import { type BuiltFakes, buildFakes } from './build-fakes.ts';

export interface FakeRun extends PlanOutcome {
  readonly actions: readonly ProgressAction[];
}

/** Built fakes and a folder for workspaces, for the tests of one file. */
export interface FakeWorkspaces {
  readonly fakes: BuiltFakes;
  readonly folder: string;
  /** Runs a plan in the workspace at a path (relative ones below the folder), in this process. */
  run(workspace: string, plan: readonly Step[], options?: Partial<RunPlanOptions>): Promise<FakeRun>;
}

export function fakeWorkspaces(): FakeWorkspaces {
  let fakes: BuiltFakes;
  let folder: string;
  beforeAll(async () => {
    fakes = await buildFakes();
    folder = mkdtempSync(join(tmpdir(), 'graft-queue-'));
  });
  afterAll(() => {
    fakes.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get fakes() {
      return fakes;
    },
    get folder() {
      return folder;
    },
    async run(workspace, plan, options = {}) {
      const path = workspace.startsWith('/') ? workspace : join(folder, workspace);
      const store = await openStore(path, 'a test');
      const actions: ProgressAction[] = [];
      const { onAction, ...others } = options;
      try {
        const outcome = await runPlan(plan, store, {
          workers: 2,
          threads: 1,
          device: 'cpu',
          base: path,
          runner: fakes.runner,
          workerProgram: fakes.workerProgram,
          onAction: (action) => {
            actions.push(action);
            onAction?.(action);
          },
          ...others,
        });
        return { ...outcome, actions };
      } finally {
        await store.close();
      }
    },
  };
}

/** Ids of the steps that were started, in their order. */
export const startsOf = ({ actions }: FakeRun): readonly string[] =>
  actions.flatMap((action) => (action.type === 'started' ? [action.id] : []));
