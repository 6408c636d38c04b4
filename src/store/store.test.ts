import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { fakeStep } from '../../test/queue/fake-plan.ts';
import { openSqlite } from './libsql-dialect.ts';
import { openStore, openStoreForReading } from './open-store.ts';
import { processStart } from './process-start.ts';
import { readResultFile, removeTemporaries, writeResultFile } from './step-files.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'graft-store-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const step = (seed: number) => fakeStep('trial', { seed, updates: 1, every: 1 });
const used = { wall: 2, cpu: 1 };

test('a workspace keeps what was recorded', async () => {
  const place = join(folder, 'deep', 'kept');
  const store = await openStore(place, 'a test');
  const plan = [step(1), step(2)];
  const [first, second] = plan.map(({ id }) => id) as [string, string];
  await store.prepare(plan);
  await store.start(first, '1');
  await store.log(
    [{ step: first, attempt: 1, at: 5, type: 'look', payload: { step: 10, validation: 0.1 + 0.2 } }],
    new Map([[first, { wall: 1, cpu: 0.5 }]]),
  );
  await store.log([{ step: first, attempt: 1, at: 6, type: 'note', payload: { text: 'ü' } }], new Map());
  await store.finish(first, { value: 0.1 + 0.2, list: [1, null, 'x'] }, used);
  await store.saveStudy({ name: 'a study', spec: { seeds: 3 }, steps: [first, second] });
  await store.saveStudy({ name: 'a study', spec: { seeds: 4 }, steps: [second, first] });
  await store.close();

  const reader = await openStoreForReading(place);
  expect(await reader.steps([second, 'unknown', first])).toMatchObject([
    { ...plan[1], state: 'pending', result: null, attempts: 0 },
    {
      ...plan[0],
      state: 'done',
      result: { value: 0.1 + 0.2, list: [1, null, 'x'] },
      attempts: 1,
      seconds: used,
    },
  ]);
  expect(await reader.events(first)).toEqual([
    { step: first, attempt: 1, at: 5, type: 'look', payload: { step: 10, validation: 0.1 + 0.2 } },
    { step: first, attempt: 1, at: 6, type: 'note', payload: { text: 'ü' } },
  ]);
  const study = await reader.study('a study');
  expect(study).toMatchObject({ spec: { seeds: 4 }, steps: [second, first] });
  expect(await reader.studies()).toEqual([study]);
  expect(await reader.study('another')).toBeUndefined();
  await reader.close();
});

test('a workspace that was closed can be read where nothing can be written', async ({ skip }) => {
  const place = join(folder, 'read-only');
  const store = await openStore(place, 'a test');
  await store.prepare([step(1)]);
  await store.close();
  expect(fs.readdirSync(place).filter((name) => name.startsWith('graft.db'))).toEqual(['graft.db']);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', join(place, 'studies')], {
      stdio: 'ignore',
    });
  } catch {
    return skip('this process may not mount a disk');
  }
  const disk = join(place, 'studies');
  try {
    fs.copyFileSync(join(place, 'graft.db'), join(disk, 'graft.db'));
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const reader = await openStoreForReading(disk);
    expect(await reader.steps([step(1).id])).toMatchObject([{ state: 'pending' }]);
    await reader.close();
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
});

test('thousands of steps are prepared and read at once', async () => {
  const store = await openStore(join(folder, 'many'), 'a test');
  const plan = Array.from({ length: 1300 }, (_, i) => step(i));
  const records = await store.prepare(plan);
  expect(records.map(({ id }) => id)).toEqual(plan.map(({ id }) => id));
  await store.close();
});

describe('preparing', () => {
  test('adopts a result that was written but not recorded, with its time and what it took', async () => {
    const store = await openStore(join(folder, 'adopted'), 'a test');
    const { id } = step(1);
    await store.prepare([step(1)]);
    await store.start(id, '1');
    const place = store.workspace.step(id);
    fs.mkdirSync(place);
    writeResultFile(place, { id }, { value: 7 }, used);
    fs.utimesSync(join(place, 'result.json'), 1000, 1000);
    const adopted = {
      state: 'done',
      result: { value: 7 },
      holder: null,
      seconds: used,
      finishedAt: 1_000_000,
    };
    expect(await store.prepare([step(1)])).toMatchObject([adopted]);
    await store.close();

    // The same where the database is gone.
    fs.rmSync(store.workspace.database);
    const again = await openStore(join(folder, 'adopted'), 'a test');
    expect(await again.prepare([step(1)])).toMatchObject([adopted]);
    await again.close();
  });

  test('adopts a result of an older version, which does not say what it took', async () => {
    const store = await openStore(join(folder, 'older'), 'a test');
    const { id } = step(1);
    await store.prepare([step(1)]);
    await store.start(id, '1');
    await store.log([], new Map([[id, used]]));
    const place = store.workspace.step(id);
    fs.mkdirSync(place);
    fs.writeFileSync(join(place, 'result.json'), JSON.stringify({ step: id, result: null }));
    expect(await store.prepare([step(1)])).toMatchObject([{ state: 'done', result: null, seconds: used }]);
    await store.close();
  });

  test('puts back what a killed run left, with the seconds that it used', async () => {
    const store = await openStore(join(folder, 'left'), 'a test');
    const { id } = step(1);
    await store.prepare([step(1)]);
    await store.start(id, '1');
    await store.log([], new Map([[id, used]]));
    expect(await store.prepare([step(1)])).toMatchObject([{ state: 'pending', holder: null, seconds: used }]);
    expect(await store.start(id, '2')).toMatchObject({ attempts: 2, seconds: used });
    await store.close();
  });

  test.each(['{"result": ', '{}', 'null'])(
    'puts a damaged result file (%s) aside, and the step is run again',
    async (content) => {
      const store = await openStore(join(folder, `damaged ${content.length}`), 'a test');
      const place = store.workspace.step(step(1).id);
      fs.mkdirSync(place);
      fs.writeFileSync(join(place, 'result.json'), content);
      const told: string[] = [];
      const records = await store.prepare([step(1), step(2)], (id, text) => told.push(id, text));
      expect(records.map(({ state }) => state)).toEqual(['pending', 'pending']);
      expect(told).toEqual([
        step(1).id,
        expect.stringMatching(/result\.json is damaged and was put aside as result\.damaged\.json/),
      ]);
      expect(fs.readFileSync(join(place, 'result.damaged.json'), 'utf8')).toBe(content);
      await store.close();
    },
  );
});

describe('opening', () => {
  test('refuses a second holder, in this process too, and frees the workspace when closed', async () => {
    const place = join(folder, 'held');
    const store = await openStore(place, 'the first');
    await expect(openStore(place, 'the second')).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringMatching(new RegExp(`process ${process.pid} on .* \\('the first', since `)),
    });
    await store.close();
    await (await openStore(place, 'the second')).close();
  });

  test('names no holder that has ended: the next one may be taking over', async () => {
    const place = join(folder, 'taken-over');
    await (await openStore(place, 'the first')).close();
    const path = join(place, 'holder.json');
    const holder = JSON.parse(fs.readFileSync(path, 'utf8'));
    fs.writeFileSync(path, JSON.stringify({ ...holder, start: 'long ago' }));
    const client = openSqlite(join(place, 'lock.db'), 0);
    const lock = await client.transaction('write');
    await expect(openStore(place, 'the third')).rejects.toMatchObject({
      code: 'in-use',
      facts: { holder: 'another process' },
    });
    lock.close();
    client.close();
  });

  test('says where no workspace is', async () => {
    await expect(openStoreForReading(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'file-not-found',
    });
    expect(fs.existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  test('refuses tables of a newer version', async () => {
    const place = join(folder, 'newer');
    await (await openStore(place, 'a test')).close();
    const client = openSqlite(join(place, 'graft.db'));
    await client.execute('update schema_version set version = 99');
    client.close();
    const refused = { code: 'unsupported', message: expect.stringContaining('version 99') };
    await expect(openStore(place, 'a test')).rejects.toMatchObject(refused);
    await expect(openStoreForReading(place)).rejects.toMatchObject(refused);
  });

  test('ends workers that outlived a killed holder, but no other process with their number', async () => {
    const place = join(folder, 'orphans');
    await (await openStore(place, 'a test')).close();
    const sleep = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const [orphan, stranger] = [sleep(), sleep()];
    const path = join(place, 'holder.json');
    const holder = JSON.parse(fs.readFileSync(path, 'utf8'));
    holder.workers = [
      { pid: orphan.pid, start: processStart(orphan.pid!) },
      { pid: stranger.pid, start: 'long ago' },
    ];
    fs.writeFileSync(path, JSON.stringify(holder));
    const ended = new Promise((resolve) => orphan.on('exit', (_, signal) => resolve(signal)));
    const store = await openStore(place, 'the next');
    expect(await ended).toBe('SIGKILL');
    expect(stranger.exitCode).toBeNull();
    expect(processStart(stranger.pid!)).toBeDefined();
    stranger.kill('SIGKILL');
    await store.close();
  });
});

test('a process has a start; one that ended has none', () => {
  expect(processStart(process.pid)).toBe(processStart(process.pid));
  expect(processStart(process.pid)).not.toBe(processStart(process.ppid));
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  expect(processStart(pid)).toBeUndefined();
});

test('no process is known by its start where the system does not say it', () => {
  // A constant in its place would have workers' numbers kill whoever has them next.
  const { value } = Object.getOwnPropertyDescriptor(process, 'platform')!;
  Object.defineProperty(process, 'platform', { value: 'win32' });
  try {
    expect(processStart(process.pid)).toBeUndefined();
  } finally {
    Object.defineProperty(process, 'platform', { value });
  }
});

describe('finishing a step', () => {
  test('makes its files, its folder and the folder above durable before and after the result', () => {
    const place = join(folder, 'steps', 'a');
    fs.mkdirSync(join(place, 'checkpoint'), { recursive: true });
    fs.writeFileSync(join(place, 'checkpoint', 'weights'), 'w');
    const events: string[] = [];
    const open = vi.spyOn(fs, 'openSync');
    const sync = vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
      const index = open.mock.results.findLastIndex((result) => result.value === file);
      events.push(relative(folder, String(open.mock.calls[index]![0])));
    });
    const rename = vi.spyOn(fs, 'renameSync');
    try {
      writeResultFile(place, { id: 'a' }, 7, used);
    } finally {
      for (const spy of [open, sync, rename]) spy.mockRestore();
    }
    const names = events.map((name) => (name.endsWith('.tmp') ? 'temporary' : name));
    expect(names).toEqual([
      join('steps', 'a', 'checkpoint', 'weights'),
      join('steps', 'a', 'checkpoint'),
      join('steps', 'a'),
      'temporary',
      join('steps', 'a'),
      'steps',
    ]);
  });

  test('says which file cannot be synced', () => {
    const place = join(folder, 'unsynced');
    fs.mkdirSync(place);
    fs.writeFileSync(join(place, 'weights'), 'w');
    const open = vi.spyOn(fs, 'openSync').mockImplementation(() => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    });
    try {
      expect(() => writeResultFile(place, { id: 'a' }, 7, used)).toThrow(
        expect.objectContaining({
          code: 'cannot-write',
          message: expect.stringContaining(join(place, 'weights')),
        }),
      );
    } finally {
      open.mockRestore();
    }
    expect(readResultFile(place)).toBeUndefined();
  });
});

test('temporary files of a killed process are removed, others are kept', () => {
  const place = join(folder, 'temporaries');
  fs.mkdirSync(join(place, 'checkpoint'), { recursive: true });
  for (const name of [
    '.model.safetensors.12-3.tmp',
    'checkpoint/.config.json.12-4.tmp',
    'notes.tmp',
    'checkpoint/a',
  ])
    fs.writeFileSync(join(place, name), '');
  removeTemporaries(place);
  const left = fs.readdirSync(place, { recursive: true, encoding: 'utf8' }).sort();
  expect(left).toEqual(['checkpoint', join('checkpoint', 'a'), 'notes.tmp']);
  expect(readResultFile(place)).toBeUndefined();
});
