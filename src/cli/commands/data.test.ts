import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordedRun } from '../../../test/recorded-run.ts';
import { writeNpyFile } from '../../formats/npy.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-data-'));
  const data = Uint8Array.from({ length: 60 * 16 }, (_, i) => (i % 16 < 8 ? 255 : Math.floor(i / 16)));
  writeNpyFile(join(folder, 'images.npy'), { dtype: 'uint8', shape: [60, 4, 4], data });
  writeFileSync(join(folder, 'few.txt'), 'one\ntwo\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (line: string, environment = {}) =>
  recordedRun(['data', ...line.split(' ')], folder, environment);

test('ls lists what is here and says what is not', async () => {
  const { code, out, said } = await run('ls');
  expect(code).toBe(0);
  expect(out).toMatch(/^glyphs\s+image\s.*built in/m);
  expect(said).toMatch(/not found in .*data: mnist, /);
  const listed = JSON.parse((await run('ls --json')).out) as { name: string; found: string | null }[];
  expect(listed.find(({ name }) => name === 'names')?.found).toBe('built in');
  expect(listed.find(({ name }) => name === 'mnist')?.found).toBeNull();
});

test('show prints counts, splits and examples of a built-in part', async () => {
  const { code, out } = await run('show glyphs select.style=monospace select.script=greek');
  expect(code).toBe(0);
  expect(out).toMatch(/of 28 x 28, grey/);
  expect(out).toMatch(/split\s+by group, in items: train [\d,]+ \(\d+ groups\)/);
  // Some pixel of a glyph is dark ink.
  expect(out).toMatch(/@@/);
});

test('show says which part its examples are of, and shows another one', async () => {
  const { out } = await run('show names/danish --count 2');
  expect(out).toMatch(
    /^2 of the [\d,]+ examples of the training part \(--part validation or test shows others\):$/m,
  );
  expect((await run('show names/danish --count 1 --part test')).out).toMatch(
    /^1 of the \d+ examples of the test part \(--part train or validation shows others\):$/m,
  );
});

test('show takes own data without ./, adds settings and writes a picture', async () => {
  const { code, out, said } = await run('show images.npy resize=8 --out sheet.png --count 5 --json');
  expect(code).toBe(0);
  expect(said).toMatch(/Wrote 5 images of the training part to sheet\.png/);
  expect(JSON.parse(out)).toMatchObject({ count: 60, images: { height: 8, width: 8, channels: 1 } });
  expect(readFileSync(join(folder, 'sheet.png')).subarray(1, 4).toString()).toBe('PNG');
});

test('a set can be given by key=value alone', async () => {
  const { out } = await run('show path=./images.npy invert=true --json');
  expect(JSON.parse(out).steps).toContainEqual(expect.stringMatching(/invert/));
});

test('check reports problems, and fails where no study could use the data', async () => {
  expect(await run('check images.npy')).toMatchObject({ code: 0 });
  const { code, out } = await run('check few.txt unit=line');
  expect(code).toBe(1);
  expect(out).toMatch(/^error: /m);
});

test('check counts what two sets share', async () => {
  const { out } = await run('check images.npy --against images.npy --json');
  expect(JSON.parse(out).problems).toContainEqual(
    expect.objectContaining({ kind: 'overlap', message: expect.stringMatching(/60 items also in/) }),
  );
});

test.each([
  ['an unknown action', 'shw glyphs', 2, /unknown action 'shw'.*Did you mean 'show'/],
  ['no set', 'show', 2, /graft data show needs SET/],
  ['an unknown set', 'show glyps', 1, /unknown data set 'glyps'.*Did you mean 'glyphs'/],
  ['an unknown part', 'show glyphs/serf', 1, /Did you mean 'serif'/],
  ['an unknown setting', 'show glyphs resise=3', 2, /unknown key 'resise'.*Did you mean 'resize'/],
  ['a set that is not here', 'show mnist', 1, /GRAFT_DATA/],
  ['a picture of texts', 'show names/danish --out a.png', 2, /it holds texts/],
])('%s is an error', async (_, line, code, wanted) => {
  const result = await run(line);
  expect(result.code).toBe(code);
  expect(result.said).toMatch(wanted);
  expect(existsSync(join(folder, 'a.png'))).toBe(false);
});
