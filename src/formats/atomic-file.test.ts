import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GraftError } from '../errors.ts';
import { makeFolder, writeFileAtomic } from './atomic-file.ts';
import { readFileChecked } from './read-file-checked.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'graft-atomic-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true });
});

const failure = (code: string) => Object.assign(new Error(`${code}: simulated`), { code });

function errorOf(action: () => void): GraftError {
  try {
    action();
  } catch (error) {
    if (error instanceof GraftError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

test('text, bytes and parts are written, an older file is replaced', () => {
  const path = join(folder, 'a.txt');
  writeFileAtomic(path, 'grüße');
  expect(fs.readFileSync(path, 'utf8')).toBe('grüße');
  writeFileAtomic(path, Uint8Array.of(1, 2));
  writeFileAtomic(path, [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]);
  expect([...readFileChecked(path, 'test')]).toEqual([1, 2, 3]);
  expect(fs.readdirSync(folder)).toEqual(['a.txt']);
});

test('the file is synced before it is renamed, and the folder afterwards', () => {
  const calls: string[] = [];
  const { fsyncSync, renameSync } = fs;
  vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
    calls.push(fs.fstatSync(file).isDirectory() ? 'sync folder' : 'sync file');
    fsyncSync(file);
  });
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    calls.push('rename');
    renameSync(from, to);
  });
  writeFileAtomic(join(folder, 'a'), 'x');
  expect(calls).toEqual(['sync file', 'rename', 'sync folder']);
});

describe('a failure leaves the older file as it was and no temporary file', () => {
  test.each([
    ['writeSync', 'ENOSPC', 'there is no space left on the disk. Free some space and run it again.'],
    ['writeSync', 'EDQUOT', 'your disk quota is used up. Free some space and run it again.'],
    ['fsyncSync', 'EIO', 'the disk reports an error.'],
    ['renameSync', 'EACCES', 'you have no permission to write there. Choose a folder that can be written.'],
    ['openSync', 'EROFS', 'the file system is read-only. Choose a folder that can be written.'],
  ] as const)('%s fails with %s', (call, code, message) => {
    const path = join(folder, 'a.txt');
    writeFileAtomic(path, 'old');
    vi.spyOn(fs, call).mockImplementation(() => {
      throw failure(code);
    });
    const error = errorOf(() => writeFileAtomic(path, 'new'));
    vi.restoreAllMocks();
    expect(error.code).toBe('cannot-write');
    expect(error.message).toBe(`cannot write ${path}: ${message}`);
    expect(fs.readdirSync(folder)).toEqual(['a.txt']);
    expect(fs.readFileSync(path, 'utf8')).toBe('old');
  });

  test('a short write is continued', () => {
    const { writeSync } = fs;
    vi.spyOn(fs, 'writeSync').mockImplementation(((file: number, bytes: Uint8Array, offset: number) =>
      writeSync(file, bytes, offset, 1)) as typeof fs.writeSync);
    writeFileAtomic(join(folder, 'a'), 'three');
    expect(fs.readFileSync(join(folder, 'a'), 'utf8')).toBe('three');
  });
});

test('a temporary file that a killed process left is stepped over', () => {
  const { openSync } = fs;
  let first = true;
  vi.spyOn(fs, 'openSync').mockImplementation((path, flags) => {
    if (flags === 'wx' && first) {
      first = false;
      throw failure('EEXIST');
    }
    return openSync(path, flags!);
  });
  writeFileAtomic(join(folder, 'a'), 'x');
  expect(fs.readdirSync(folder)).toEqual(['a']);
});

test.each([
  [['nowhere', 'a'], 'its folder does not exist. Make the folder first.'],
  [['file', 'a'], 'a part of its path is a file, not a folder.'],
  [['taken'], 'a folder of that name is in the way.'],
])('%j: %s', (path, reason) => {
  fs.writeFileSync(join(folder, 'file'), '');
  fs.mkdirSync(join(folder, 'taken'));
  const target = join(folder, ...path);
  expect(errorOf(() => writeFileAtomic(target, 'x')).message).toBe(`cannot write ${target}: ${reason}`);
  expect(fs.readdirSync(folder).sort()).toEqual(['file', 'taken']);
});

test('folders are made, and a file in the way is an error', () => {
  makeFolder(join(folder, 'a', 'b'));
  makeFolder(join(folder, 'a', 'b'));
  expect(fs.statSync(join(folder, 'a', 'b')).isDirectory()).toBe(true);
  fs.writeFileSync(join(folder, 'file'), '');
  expect(errorOf(() => makeFolder(join(folder, 'file', 'c'))).code).toBe('cannot-write');
});

test('folders are made with those above them, and are left alone where they are there', () => {
  const path = join(folder, 'a', 'b', 'c');
  makeFolder(path);
  fs.writeFileSync(join(path, 'kept'), '');
  makeFolder(path);
  makeFolder('/');
  expect(fs.readdirSync(path)).toEqual(['kept']);
});

test.each([
  [['proc'], 'proc'],
  [['proc', 'a', 'b'], 'proc/a'],
])('a system that says of %j only that it does not exist is asked once', (place, refused) => {
  const proc = join(folder, 'proc');
  fs.mkdirSync(place.length === 1 ? folder : proc, { recursive: true });
  const { mkdirSync } = fs;
  let calls = 0;
  vi.spyOn(fs, 'mkdirSync').mockImplementation(((path: string, options?: object) => {
    // Node itself would go on for ever here.
    if (options !== undefined || ++calls > 10) throw new Error('it does not end');
    if (path.startsWith(proc)) throw failure('ENOENT');
    return mkdirSync(path);
  }) as typeof fs.mkdirSync);
  expect(errorOf(() => makeFolder(join(folder, ...place))).message).toBe(
    `cannot write ${join(folder, refused)}: the system lets no folder be made there. Choose a folder that can be written.`,
  );
});
