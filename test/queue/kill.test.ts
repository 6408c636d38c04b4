import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stream } from '../../src/random.ts';
import { type BuiltFakes, buildFakes } from './build-fakes.ts';
import { fakePlan } from './fake-plan.ts';
import { killAndResume } from './kill-and-resume.ts';

let fakes: BuiltFakes;
let folder: string;
beforeAll(async () => {
  fakes = await buildFakes();
  folder = mkdtempSync(join(tmpdir(), 'graft-kill-'));
});
afterAll(() => {
  fakes.remove();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(process.platform === 'win32')(
  'killed 20 times anywhere, worker, parent or all, a run ends with the same bits',
  async () => {
    const plan = fakePlan({ trials: 4, updates: 40, every: 4 });
    const planFile = join(folder, 'plan.json');
    writeFileSync(planFile, JSON.stringify(plan));
    const happened = await killAndResume(
      {
        command: (workspace) => [fakes.runFakePlan, workspace, planFile, '2'],
        steps: plan.map((step) => step.id),
        comparable: (result) => result,
      },
      { folder, killAt: fakes.killAt, stream: stream(20), kills: 20 },
    );
    expect(happened).toHaveLength(20);
    const kinds = new Set(happened.map(({ target, event }) => `${target} ${event}`));
    for (const target of ['worker', 'parent', 'group'])
      expect([...kinds].filter((kind) => kind.startsWith(target)).length).toBeGreaterThan(1);
    for (const event of ['write', 'sync', 'rename', 'commit', 'time'])
      expect([...kinds].filter((kind) => kind.endsWith(event)).length).toBeGreaterThan(0);
  },
  1_800_000,
);
