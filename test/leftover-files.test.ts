import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

interface Leftovers {
  removeLeftovers(
    dist: string,
    files: readonly string[],
    before: number,
    programs?: readonly string[] | null,
  ): void;
  runsFrom(dist: string, line: string): boolean;
}
const script = new URL('../scripts/leftover-files.mjs', import.meta.url).href;
const { removeLeftovers, runsFrom } = (await import(/* @vite-ignore */ script)) as Leftovers;

const HOUR = 3600 * 1000;
let dist = '';
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-dist-'));
  dist = join(folder, 'dist');
  mkdirSync(join(dist, 'bench'), { recursive: true });
  // Written so many hours ago.
  const ages = {
    'graft.js': 0,
    'new-A.js': 0,
    'last-B.js': 1,
    'old-C.js': 3,
    'old-C.js.map': 3,
    'ancient.js': 30,
  };
  for (const [name, age] of Object.entries({ ...ages, 'commit.txt': 40 })) {
    writeFileSync(join(dist, name), '');
    const at = (Date.now() - age * HOUR) / 1000;
    utimesSync(join(dist, name), at, at);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const left = (programs: readonly string[] | null) => {
  removeLeftovers(dist, ['graft.js', 'new-A.js'], Date.now() - 2 * HOUR, programs);
  return readdirSync(dist).sort();
};
const kept = ['bench', 'commit.txt', 'graft.js', 'last-B.js', 'new-A.js'];

test('this build and the one before stay', () => {
  expect(left(['npm run build', 'node scripts/build.mjs'])).toEqual(kept);
});

test('all stay while a program of some build may be running', () => {
  const before = readdirSync(dist).sort();
  expect(left([`/usr/bin/node ${dist}/worker.js 17`])).toEqual(before);
});

test('where nobody can say what runs, only what is older than a day goes', () => {
  expect(left(null)).toEqual([...kept, 'old-C.js', 'old-C.js.map'].sort());
});

test('programs are told from their command lines', () => {
  symlinkSync(join(dist, 'graft.js'), join(folder, 'graft'));
  for (const line of [
    'node dist/graft.js run study.yaml',
    `/opt/node --no-warnings ${folder}/graft run a.yaml`,
  ])
    expect(runsFrom(dist, line)).toBe(true);
  for (const line of [
    'sh -c npm run --silent build && node dist/graft.js run study.yaml',
    'node scripts/build.mjs',
    'node /nowhere/dist/graft.js run study.yaml',
    'vim dist/graft.js',
    '',
  ])
    expect(runsFrom(dist, line)).toBe(false);
});
