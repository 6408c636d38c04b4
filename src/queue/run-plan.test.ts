import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fakePlan, fakeStep } from '../../test/queue/fake-plan.ts';
import { fakeWorkspaces, startsOf } from '../../test/queue/fake-workspace.ts';
import { openStoreForReading } from '../store/open-store.ts';

const workspaces = fakeWorkspaces();

describe('a plan', () => {
  test('runs each step once, after those it needs, with the same results for any number of workers', async () => {
    const plan = fakePlan({ trials: 5, updates: 40, every: 10 });
    const two = await workspaces.run('two', plan);
    expect(two.interrupted).toBe(false);
    expect(two.steps.map((step) => step.state)).toEqual(plan.map(() => 'done'));
    expect([...startsOf(two)].sort()).toEqual(plan.map((step) => step.id).sort());
    const position = (type: 'started' | 'finished', id: string) =>
      two.actions.findIndex((action) => action.type === type && action.id === id);
    for (const step of plan)
      for (const need of step.needs)
        expect(position('finished', need)).toBeLessThan(position('started', step.id));

    const one = await workspaces.run('one', plan, { workers: 1 });
    expect(one.steps.map((step) => step.result)).toEqual(two.steps.map((step) => step.result));
  });

  test('that is finished is not run again, and needs no worker', async () => {
    const plan = fakePlan({ trials: 2, updates: 20, every: 10 });
    const first = await workspaces.run('again', plan);
    const second = await workspaces.run('again', plan, { workerProgram: 'none', runner: 'none' });
    expect(startsOf(second)).toEqual([]);
    expect(second.steps).toEqual(first.steps);
  });

  test('that shares steps with an earlier one runs only the others', async () => {
    const few = fakePlan({ trials: 2, updates: 20, every: 10 });
    const more = fakePlan({ trials: 4, updates: 20, every: 10 });
    await workspaces.run('shared', few);
    const second = await workspaces.run('shared', more);
    expect([...startsOf(second)].sort()).toEqual(
      more
        .slice(few.length)
        .map((step) => step.id)
        .sort(),
    );
  });
});

describe('a step', () => {
  const good = fakeStep('pretrain', { seed: 1, updates: 30, every: 10 });

  test('that meets an error is recorded with its reason, blocks those that need it, and is tried by the next run', async () => {
    const bad = fakeStep('tune', { seed: 2, updates: 30, every: 10, trouble: 'bad-data', at: 15 }, [good]);
    const after = fakeStep('trial', { seed: 3, updates: 30, every: 10 }, [good, bad]);
    const last = fakeStep('trial', { seed: 4, updates: 30, every: 10 }, [after]);
    const other = fakeStep('trial', { seed: 5, updates: 30, every: 10 }, [good]);
    const plan = [good, bad, after, last, other];
    const run = await workspaces.run('failing', plan);
    expect(run.interrupted).toBe(false);
    expect(run.steps.map((step) => step.state)).toEqual(['done', 'failed', 'failed', 'failed', 'done']);
    expect(run.steps[1]!.failure).toEqual({
      kind: 'error',
      code: 'bad-data',
      message: 'a fake set: it is fake.',
      facts: { what: 'a fake set', problem: 'it is fake' },
    });
    expect(run.steps[2]!.failure).toMatchObject({ kind: 'blocked', facts: { by: bad.id } });
    expect(run.steps[3]!.failure).toMatchObject({ kind: 'blocked', facts: { by: after.id } });
    expect(run.actions.filter((action) => action.type === 'failed').map(({ id }) => id)).toEqual([
      bad.id,
      after.id,
      last.id,
    ]);

    const again = await workspaces.run('failing', plan);
    expect(startsOf(again)).toEqual([bad.id]);
    expect(again.steps[1]).toMatchObject({ state: 'failed', attempts: 2 });
  });

  test('that throws what nobody expected fails at once, with the stack', async () => {
    const bug = fakeStep('trial', { seed: 6, updates: 30, every: 10, trouble: 'bug', at: 3 });
    const run = await workspaces.run('bug', [bug, good]);
    expect(run.steps.map((step) => step.state)).toEqual(['failed', 'done']);
    expect(run.steps[0]!.failure).toMatchObject({ kind: 'unexpected', message: 'a mistake in the code' });
    expect(JSON.stringify(run.steps[0]!.failure!.facts)).toContain('TypeError');
    expect(run.steps[0]!.attempts).toBe(1);
  });

  test('that lacks memory fails by itself, and the others go on', async () => {
    const large = fakeStep('trial', { seed: 12, updates: 30, every: 10, trouble: 'no-memory', at: 3 });
    const run = await workspaces.run('no-memory', [large, good], { workers: 1 });
    expect(run.steps.map((step) => step.state)).toEqual(['failed', 'done']);
    expect(run.steps[0]!.failure).toMatchObject({ kind: 'error', code: 'out-of-resource' });
  });

  test('whose worker dies with its result written is done and not run again', async () => {
    const late = fakeStep('trial', { seed: 13, updates: 30, every: 10, trouble: 'die-finished', at: 15 });
    const run = await workspaces.run('late', [late]);
    const hash = createHash('sha256').update(late.id).digest('hex');
    expect(run.steps[0]).toMatchObject({ state: 'done', attempts: 2, result: { hash } });
  });

  test('is timed by a clock that the date of the machine does not move', async () => {
    const dying = fakeStep('trial', { seed: 14, updates: 30, every: 10, trouble: 'die-once', at: 25 });
    let day = Date.now();
    const run = await workspaces.run('years', [dying], { now: () => (day += 86_400_000) });
    expect(run.steps[0]).toMatchObject({ state: 'done', attempts: 2 });
    expect(run.steps[0]!.seconds.wall).toBeLessThan(3600);
  });

  test('whose worker dies goes on from what it had saved', async () => {
    const inputs = { seed: 7, updates: 30, every: 10 };
    const dying = fakeStep('trial', { ...inputs, trouble: 'die-once', at: 25 });
    const run = await workspaces.run('dying', [dying, good]);
    const calm = await workspaces.run('calm', [fakeStep('trial', inputs)]);
    expect(run.steps[0]).toMatchObject({ state: 'done', attempts: 2, result: calm.steps[0]!.result });
    const looks = run.actions.flatMap((action) =>
      action.type === 'event' && action.id === dying.id && action.event.type === 'look'
        ? [action.event.step]
        : [],
    );
    expect(looks).toEqual([10, 20, 30]);
    expect(run.actions.find((action) => action.type === 'put-back')).toMatchObject({
      id: dying.id,
      reason: expect.stringContaining('SIGKILL'),
    });
  });

  test('whose worker dies again and again fails with how it died, after three attempts', async () => {
    const die = fakeStep('trial', { seed: 8, updates: 30, every: 10, trouble: 'die', at: 5 });
    const exit = fakeStep('trial', { seed: 9, updates: 30, every: 10, trouble: 'exit', at: 5 });
    const run = await workspaces.run('deadly', [die, exit, good]);
    expect(run.steps.map((step) => step.state)).toEqual(['failed', 'failed', 'done']);
    expect(run.steps[0]).toMatchObject({ attempts: 3, failure: { kind: 'crashed', code: 'process-died' } });
    expect(run.steps[0]!.failure!.message).toContain('SIGKILL');
    expect(run.steps[1]!.failure!.message).toContain('exit code 7');
    expect(run.steps[1]!.failure!.message).toContain('the native library has had enough');
  });

  test('that finds its saved work damaged starts anew and says so', async () => {
    const inputs = { seed: 11, updates: 30, every: 10 };
    const plan = [fakeStep('trial', { ...inputs, trouble: 'damage', at: 25 })];
    const run = await workspaces.run('damaged', plan);
    const calm = await workspaces.run('undamaged', [fakeStep('trial', inputs)]);
    expect(run.steps[0]).toMatchObject({ state: 'done', attempts: 2, result: calm.steps[0]!.result });
    const warnings = run.actions.flatMap((action) =>
      action.type === 'event' && action.event.type === 'warning' ? [action.event.text] : [],
    );
    expect(warnings).toEqual([expect.stringMatching(/snapshot\.bin is damaged/)]);
  });
});

test('a full disk met by one step stops the run: the others are put back, what is done stays done', async () => {
  const first = fakeStep('pretrain', { seed: 1, updates: 30, every: 10 });
  const full = fakeStep('trial', { seed: 2, updates: 30, every: 10, trouble: 'disk-full', at: 15 }, [first]);
  const others = [3, 4, 5].map((seed) =>
    fakeStep('trial', { seed, updates: 30, every: 10, trouble: 'wait', at: 25 }, [first]),
  );
  const plan = [first, full, ...others];
  await expect(workspaces.run('full', plan)).rejects.toMatchObject({
    code: 'cannot-write',
    facts: { reason: 'there is no space left on the disk' },
  });
  const reader = await openStoreForReading(join(workspaces.folder, 'full'));
  const records = await reader.steps(plan.map((step) => step.id));
  expect(records.map((step) => step.state)).toEqual(['done', 'pending', 'pending', 'pending', 'pending']);
  await reader.close();
});

test('workers that cannot start end the run with what they wrote', async () => {
  const plan = fakePlan({ trials: 1, updates: 10, every: 5 });
  await expect(workspaces.run('no-runner', plan, { runner: '/nowhere/runner.js' })).rejects.toMatchObject({
    code: 'process-died',
    message: expect.stringContaining('/nowhere/runner.js'),
  });
  const run = await workspaces.run('no-runner', plan);
  expect(run.steps.every((step) => step.state === 'done')).toBe(true);
});

test('a worker that cannot be started leaves the work to the others, and this is said', async () => {
  const inputs = { updates: 20, every: 10 };
  const plan = [
    fakeStep('trial', { seed: 1, ...inputs, trouble: 'wait', at: 5 }),
    fakeStep('trial', { seed: 2, ...inputs }),
  ];
  const workerProgram = join(workspaces.folder, 'only-one.mjs');
  const taken = join(workspaces.folder, 'taken');
  writeFileSync(
    workerProgram,
    `import { writeFileSync } from 'node:fs';
try {
  writeFileSync(${JSON.stringify(taken)}, '', { flag: 'wx' });
} catch {
  console.error('there is room for one');
  process.exit(3);
}
await import(${JSON.stringify(pathToFileURL(workspaces.fakes.workerProgram).href)});
`,
  );
  // The one that works does not end before the other has failed for good.
  const go = join(workspaces.folder, 'only-one', 'go');
  const run = await workspaces.run('only-one', plan, {
    workerProgram,
    onAction: ({ type }) => {
      if (type === 'warning') writeFileSync(go, '');
    },
  });
  expect(run.steps.map((step) => step.state)).toEqual(plan.map(() => 'done'));
  expect(run.actions.filter(({ type }) => type === 'warning')).toEqual([
    expect.objectContaining({
      text: expect.stringMatching(
        /exit code 3.*there is room for one.*3 times in a row.*goes on with 1 of 2/,
      ),
    }),
  ]);
});

test('a step whose finished result is damaged is run again, with a warning in its log', async () => {
  const plan = fakePlan({ trials: 1, updates: 20, every: 10 });
  const first = await workspaces.run('damaged-result', plan);
  const folder = join(workspaces.folder, 'damaged-result');
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `graft.db${end}`), { force: true });
  const { id } = plan.at(-1)!;
  writeFileSync(join(folder, 'steps', id, 'result.json'), '{"result": ');
  const again = await workspaces.run('damaged-result', plan);
  expect(startsOf(again)).toEqual([id]);
  expect(again.steps.map((step) => step.result)).toEqual(first.steps.map((step) => step.result));
  const reader = await openStoreForReading(folder);
  expect((await reader.events(id)).map(({ payload }) => JSON.stringify(payload))).toContainEqual(
    expect.stringContaining('was put aside as result.damaged.json'),
  );
  await reader.close();
});
