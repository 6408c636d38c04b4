import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakePlan, fakeStep } from '../../test/queue/fake-plan.ts';
import { fakeWorkspaces, startsOf } from '../../test/queue/fake-workspace.ts';
import { expectWorkersToEnd } from '../../test/queue/kill-and-resume.ts';
import { openStore, openStoreForReading } from '../store/open-store.ts';
import type { Step } from '../study/step.ts';

const workspaces = fakeWorkspaces();

/** Polls until a file whose name starts so is in the folder. */
async function fileIn(folder: string, prefix: string): Promise<string> {
  const deadline = performance.now() + 300_000;
  for (;;) {
    const found = existsSync(folder) && readdirSync(folder).find((name) => name.startsWith(prefix));
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`no ${prefix}* in ${folder}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a run that is stopped', () => {
  test('has its running steps save their work and put back; the next run goes on and adds up the time', async () => {
    const slow = fakeStep('trial', { seed: 1, updates: 30, every: 10, trouble: 'wait', at: 15 });
    const later = fakeStep('trial', { seed: 2, updates: 30, every: 10 }, [slow]);
    const stop = new AbortController();
    const running = workspaces.run('stopped', [slow, later], { signal: stop.signal });
    const folder = join(workspaces.folder, 'stopped');
    await fileIn(folder, 'waits-');
    stop.abort();
    const stopped = await running;
    expect(stopped.interrupted).toBe(true);
    expect(stopped.steps.map((step) => step.state)).toEqual(['pending', 'pending']);
    const { seconds } = stopped.steps[0]!;
    expect(seconds.wall).toBeGreaterThan(0);
    expect(seconds.cpu).toBeGreaterThan(0);

    writeFileSync(join(folder, 'go'), '');
    const resumed = await workspaces.run('stopped', [slow, later]);
    expect(resumed.steps.map((step) => step.state)).toEqual(['done', 'done']);
    expect(resumed.steps[0]!.seconds.wall).toBeGreaterThan(seconds.wall);
    expect(resumed.steps[0]!.seconds.cpu).toBeGreaterThan(seconds.cpu);
    const looks = resumed.actions.flatMap((action) =>
      action.type === 'event' && action.id === slow.id && action.event.type === 'look'
        ? [action.event.step]
        : [],
    );
    expect(looks).toEqual([20, 30]);
  });

  test('and cannot save what it has says so', async () => {
    const full = fakeStep('trial', { seed: 6, updates: 30, every: 10, trouble: 'full-at-stop', at: 15 });
    const stop = new AbortController();
    const running = workspaces.run('full', [full], { signal: stop.signal });
    const refused = expect(running).rejects.toMatchObject({ code: 'cannot-write' });
    await fileIn(join(workspaces.folder, 'full'), 'waits-');
    stop.abort();
    await refused;
  });

  test('before it began does nothing', async () => {
    const run = await workspaces.run('never', fakePlan({ trials: 1, updates: 10, every: 5 }), {
      signal: AbortSignal.abort(),
    });
    expect(run.interrupted).toBe(true);
    expect(startsOf(run)).toEqual([]);
  });

  test('ends at once by the kill signal, also when a worker hangs', async () => {
    const hanging = fakeStep('trial', { seed: 3, updates: 30, every: 10, trouble: 'hang', at: 15 });
    const stop = new AbortController();
    const kill = new AbortController();
    const running = workspaces.run('hanging', [hanging], { signal: stop.signal, killSignal: kill.signal });
    await fileIn(join(workspaces.folder, 'hanging'), 'hangs-');
    stop.abort();
    kill.abort();
    const run = await running;
    expect(run).toMatchObject({ interrupted: true, steps: [{ state: 'pending', attempts: 1 }] });
  });
});

/** A program of its own on a plan, in its own process group as under a terminal. */
function start(
  workspace: string,
  plan: readonly Step[],
): { child: ChildProcess; folder: string; ended: Promise<End> } {
  const folder = join(workspaces.folder, workspace);
  mkdirSync(folder, { recursive: true });
  const planFile = join(folder, 'plan.json');
  writeFileSync(planFile, JSON.stringify(plan));
  const child = spawn(process.execPath, [workspaces.fakes.runFakePlan, folder, planFile, '2'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return {
    child,
    folder,
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output }))),
  };
}
interface End {
  code: number | null;
  signal: string | null;
  output: string;
}

describe.skipIf(process.platform === 'win32')('a program', () => {
  const waiting = fakeStep('trial', { seed: 4, updates: 30, every: 10, trouble: 'wait', at: 15 });
  const hanging = fakeStep('trial', { seed: 5, updates: 30, every: 10, trouble: 'hang', at: 15 });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('that gets %s with all its workers ends cleanly with exit code %i', async (signal, code) => {
    const { child, folder, ended } = start(`program-${signal}`, [waiting]);
    await fileIn(folder, 'waits-');
    process.kill(-child.pid!, signal);
    expect(await ended).toMatchObject({ code });
    const store = await openStoreForReading(folder);
    expect(await store.steps([waiting.id])).toMatchObject([{ state: 'pending' }]);
    await store.close();
    await expectWorkersToEnd(folder);
  });

  test('that gets a second Ctrl-C ends its hanging workers', async () => {
    const { child, folder, ended } = start('program-twice', [hanging]);
    await fileIn(folder, 'hangs-');
    process.kill(-child.pid!, 'SIGINT');
    process.kill(-child.pid!, 'SIGTERM');
    expect(await ended).toMatchObject({ code: expect.toBeOneOf([130, 143]) });
    await expectWorkersToEnd(folder);
  });

  test('holds its workspace: another is told who has it, a reader may look', async () => {
    const { child, folder, ended } = start('program-held', [waiting]);
    await fileIn(folder, 'waits-');
    const refused = openStore(folder, 'a second run');
    await expect(refused).rejects.toMatchObject({ code: 'in-use' });
    await expect(refused).rejects.toThrow(`process ${child.pid} on `);
    await expect(refused).rejects.toThrow(`'fake run in ${folder}'`);
    const reader = await openStoreForReading(folder);
    expect(await reader.steps([waiting.id])).toMatchObject([{ state: 'running', attempts: 1 }]);
    await reader.close();
    writeFileSync(join(folder, 'go'), '');
    expect(await ended).toMatchObject({ code: 0 });
    await (await openStore(folder, 'afterwards')).close();
  });

  test('that is killed leaves no worker behind, even one whose main thread never comes back', async () => {
    const { child, folder, ended } = start('program-killed', [hanging, waiting]);
    await Promise.all([fileIn(folder, 'hangs-'), fileIn(folder, 'waits-')]);
    process.kill(child.pid!, 'SIGKILL');
    await ended;
    await expectWorkersToEnd(folder);
  });
});
