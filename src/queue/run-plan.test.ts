import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltFakes, buildFakes } from '../../test/queue/build-fakes.ts';
import { fakePlan } from '../../test/queue/fake-plan.ts';
import { openStore } from '../store/open-store.ts';
import type { Step } from '../study/step.ts';
import type { ProgressAction } from './progress.ts';
import { type PlanOutcome, type RunPlanOptions, runPlan } from './run-plan.ts';

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

async function run(
  workspace: string,
  plan: readonly Step[],
  options: Partial<RunPlanOptions> = {},
): Promise<PlanOutcome & { actions: ProgressAction[] }> {
  const store = await openStore(join(folder, workspace), 'a test');
  const actions: ProgressAction[] = [];
  try {
    const outcome = await runPlan(plan, store, {
      workers: 2,
      threads: 1,
      device: 'cpu',
      base: join(folder, workspace),
      runner: fakes.runner,
      workerProgram: fakes.workerProgram,
      onAction: (action) => actions.push(action),
      ...options,
    });
    return { ...outcome, actions };
  } finally {
    await store.close();
  }
}

const startsOf = (actions: readonly ProgressAction[]) =>
  actions.flatMap((action) => (action.type === 'started' ? [action.id] : []));

describe('a plan', () => {
  test('runs each step once, after those it needs, with the same results for any number of workers', async () => {
    const plan = fakePlan({ trials: 5, updates: 40, every: 10 });
    const two = await run('two', plan);
    expect(two.interrupted).toBe(false);
    expect(two.steps.map((step) => step.state)).toEqual(plan.map(() => 'done'));
    expect(startsOf(two.actions).sort()).toEqual(plan.map((step) => step.id).sort());
    const position = (type: 'started' | 'finished', id: string) =>
      two.actions.findIndex((action) => action.type === type && action.id === id);
    for (const step of plan)
      for (const need of step.needs)
        expect(position('finished', need)).toBeLessThan(position('started', step.id));

    const one = await run('one', plan, { workers: 1 });
    expect(one.steps.map((step) => step.result)).toEqual(two.steps.map((step) => step.result));
  });

  test('that is finished is not run again', async () => {
    const plan = fakePlan({ trials: 2, updates: 20, every: 10 });
    const first = await run('again', plan);
    const second = await run('again', plan, { workerProgram: 'not-needed', runner: 'not-needed' });
    expect(startsOf(second.actions)).toEqual([]);
    expect(second.steps).toEqual(first.steps);
  });
});
