import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { fakePlan } from '../../test/queue/fake-plan.ts';
import { fakeWorkspaces, startsOf } from '../../test/queue/fake-workspace.ts';
import { openStore, openStoreForReading } from '../store/open-store.ts';

const workspaces = fakeWorkspaces();
const plan = fakePlan({ trials: 4, updates: 30, every: 10 });

const mounted: string[] = [];
afterEach(() => {
  for (const path of mounted.splice(0)) execFileSync('umount', ['-l', path]);
});

/** Mounts a small disk in memory; undefined where this process may not. */
function mountSmallDisk(name: string, size: string): string | undefined {
  const path = join(workspaces.folder, name);
  fs.mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  mounted.push(path);
  return path;
}

/** Takes up all space but `left` bytes. */
function fill(disk: string, left: number): string {
  const ballast = join(disk, 'ballast');
  const { bavail, bsize } = fs.statfsSync(disk);
  fs.writeFileSync(ballast, new Uint8Array(bavail * bsize - left));
  return ballast;
}

describe('a full disk', () => {
  test.for([
    ['before it begins', 0, 0],
    ['after the first step', 1, 0],
    ['soon after the third step', 3, 8 << 10],
    ['later after the third step', 3, 20 << 10],
  ] as const)('%s stops the run with a clear error and loses nothing', async ([, after, left], { skip }) => {
    const disk = mountSmallDisk(`disk-${after}-${left}`, '4m');
    if (disk === undefined) return skip('this process may not mount a small disk');
    const workspace = join(disk, 'workspace');
    await (await openStore(workspace, 'makes the tables')).close();
    let ballast = after === 0 ? fill(disk, left) : '';
    let finished = 0;
    const failed = workspaces.run(workspace, plan, {
      onAction: ({ type }) => {
        if (type === 'finished' && ++finished === after) ballast = fill(disk, left);
      },
    });
    await expect(failed).rejects.toMatchObject({ code: 'cannot-write' });
    await expect(failed).rejects.toThrow(/no space left on the disk|full/);

    fs.rmSync(ballast);
    const before = await openStoreForReading(workspace);
    const kept = (await before.steps(plan.map((step) => step.id))).filter((step) => step.state === 'done');
    await before.close();
    const run = await workspaces.run(workspace, plan);
    expect(run.steps.map((step) => step.state)).toEqual(plan.map(() => 'done'));
    expect(kept.length).toBeGreaterThanOrEqual(after);
    for (const step of kept) expect(startsOf(run)).not.toContain(step.id);
    const calm = await workspaces.run('calm', plan);
    expect(run.steps.map((step) => step.result)).toEqual(calm.steps.map((step) => step.result));
  });
});

describe('a folder that cannot be written', () => {
  test('is a clear error', async () => {
    const disk = mountSmallDisk('read-only', '4m');
    const folder = disk ?? join(workspaces.folder, 'read-only');
    if (disk === undefined) fs.chmodSync(folder, 0o555);
    else execFileSync('mount', ['-o', 'remount,ro', disk]);
    await expect(workspaces.run(folder, plan)).rejects.toMatchObject({ code: 'cannot-write' });
    await expect(workspaces.run(join(folder, 'below'), plan)).rejects.toMatchObject({ code: 'cannot-write' });
  });

  test('is a clear error where a file is in the way', async () => {
    fs.writeFileSync(join(workspaces.folder, 'file'), '');
    await expect(workspaces.run('file', plan)).rejects.toMatchObject({ code: 'cannot-write' });
  });
});

describe('a damaged database', () => {
  const damages: Record<string, (path: string) => void> = {
    'something else': (path) => fs.writeFileSync(path, 'these are not tables '.repeat(1000)),
    'cut off': (path) => fs.truncateSync(path, 5000),
    'overwritten in the middle': (path) => {
      const bytes = fs.readFileSync(path);
      bytes.fill(0x5a, 4096, bytes.length - 100);
      fs.writeFileSync(path, bytes);
    },
  };

  test.each(Object.keys(damages))('(%s) is a clear error; put away, nothing is lost', async (name) => {
    const workspace = `database ${name}`;
    const first = await workspaces.run(workspace, plan);
    const path = join(workspaces.folder, workspace, 'graft.db');
    damages[name]!(path);
    const refused = workspaces.run(workspace, plan);
    await expect(refused).rejects.toMatchObject({ code: 'bad-file', facts: { path } });
    await expect(refused).rejects.toThrow('Move it');

    for (const end of ['', '-wal', '-shm']) fs.rmSync(path + end, { force: true });
    const again = await workspaces.run(workspace, plan);
    expect(startsOf(again)).toEqual([]);
    expect(again.steps.map((step) => step.result)).toEqual(first.steps.map((step) => step.result));
  });

  test('of another program is left alone', async () => {
    const workspace = 'other-program';
    const folder = join(workspaces.folder, workspace);
    fs.mkdirSync(folder);
    const { openSqlite } = await import('../store/libsql-dialect.ts');
    const client = openSqlite(join(folder, 'graft.db'));
    await client.execute('create table cakes (name text)');
    client.close();
    await expect(workspaces.run(workspace, plan)).rejects.toThrow('tables of another program');
  });
});

test('steps whose folders were deleted are run again', async () => {
  const first = await workspaces.run('deleted', plan);
  const gone = plan[1]!.id;
  fs.rmSync(join(workspaces.folder, 'deleted', 'steps', gone), { recursive: true });
  const again = await workspaces.run('deleted', plan);
  expect(startsOf(again)).toEqual([gone]);
  expect(again.steps.map((step) => step.result)).toEqual(first.steps.map((step) => step.result));
});
