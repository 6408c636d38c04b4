import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { recordedRun } from '../../../test/recorded-run.ts';
import { writeNpyFile } from '../../formats/npy.ts';
import { writePng } from '../../formats/write-png.ts';
import { stream } from '../../random.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-init-'));
  const pixels = (n: number) => Uint8Array.from(stream(n).integers(n, 256));
  writeNpyFile(join(folder, 'grey.npy'), { dtype: 'uint8', shape: [80, 10, 10], data: pixels(8000) });
  writeNpyFile(join(folder, 'colour.npy'), { dtype: 'uint8', shape: [90, 64, 32, 3], data: pixels(552_960) });
  for (const [seed, name] of ['book.txt', 'other.txt'].entries()) {
    const letters = stream(seed).integers(40_000, 26);
    const text = Array.from(letters, (n, i) => (i % 6 === 5 ? ' ' : String.fromCharCode(97 + n)));
    writeFileSync(join(folder, name), text.join(''));
  }
  writeFileSync(join(folder, 'few.txt'), 'one');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...line: string[]) => recordedRun(['init', ...line], folder);
const readText = (name: string) => readFileSync(join(folder, name), 'utf8');

test.each([
  ['letters', [], { dataset: 'glyphs', select: { style: 'handwriting', script: 'latin', case: 'upper' } }],
  ['words', ['--kind', 'text'], { dataset: 'names', select: { language: 'italian' } }],
  ['grey', ['--target', 'grey.npy'], { path: '../grey.npy' }],
  ['colour', ['--target', 'colour.npy'], { path: '../colour.npy', resize: [32, 16] }],
  ['book', ['--target', 'book.txt', '--source', 'other.txt'], { path: '../book.txt', window: 128 }],
  ['danish', ['--target', 'names/danish', '--source', 'names/german'], 'names/danish'],
])('%s: fits its schema, and can be planned as it is', async (name, options, target) => {
  const made = await run(name, ...options);
  expect(made).toMatchObject({ code: 0, out: `${name}/study.yaml\n${name}/study.schema.json\n` });
  const text = readText(`${name}/study.yaml`);
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./study.schema.json');
  const study = parse(text) as Record<string, unknown>;
  expect(study).toMatchObject({ name, target });
  const validate = new Ajv({ allowUnionTypes: true }).compile(
    JSON.parse(readText(`${name}/study.schema.json`)) as object,
  );
  expect(validate(study)).toBe(true);
  expect(validate({ ...study, bugdets: [10] })).toBe(false);

  const planned = await recordedRun(['plan', `${name}/study.yaml`, '--json'], folder);
  expect(planned).toMatchObject({ code: 0, said: '' });
  const { steps } = JSON.parse(planned.out) as { steps: { kind: string }[] };
  expect(steps.filter(({ kind }) => kind === 'trial').length).toBeGreaterThanOrEqual(15);
});

test('a file can be named; one that is there is kept', async () => {
  expect(await run('mine.yaml', '--kind', 'text')).toMatchObject({
    code: 0,
    out: 'mine.yaml\nstudy.schema.json\n',
  });
  expect(parse(readText('mine.yaml'))).toMatchObject({ name: 'mine' });
  writeFileSync(join(folder, 'study.yaml'), 'mine');
  const { code, said } = await run();
  expect(code).toBe(1);
  expect(said).toMatch(/study\.yaml: a study file is there already\. --force replaces it/);
  expect(readText('study.yaml')).toBe('mine');
  expect((await run('--force')).code).toBe(0);
  expect(readText('study.yaml')).toMatch(/^# yaml-language-server/);
});

test('--schema prints the schema and writes nothing', async () => {
  const { code, out } = await run('nothing.yaml', '--schema');
  expect(code).toBe(0);
  expect(Object.keys((JSON.parse(out) as { properties: object }).properties)).toContain('budgets');
  expect(existsSync(join(folder, 'nothing.yaml'))).toBe(false);
});

test.each([
  ['data that no study could use', ['x', '--target', 'few.txt'], 1, /few\.txt/],
  ['texts for a study of images', ['x', '--kind', 'images', '--target', 'book.txt'], 1, /holds texts/],
  ['a source of another kind', ['x', '--target', 'grey.npy', '--source', 'names'], 1, /holds texts/],
  ['an unknown set', ['x', '--target', 'glyps'], 1, /Did you mean 'glyphs'/],
  ['an unknown kind', ['x', '--kind', 'image'], 2, /Did you mean 'images'/],
  ['a JSON file', ['x/study.json'], 2, /ends in \.yaml/],
])('%s: an error, and nothing is written', async (_, line, code, wanted) => {
  const result = await run(...line);
  expect(result.said).toMatch(wanted);
  expect(result.code).toBe(code);
  expect(existsSync(join(folder, 'x'))).toBe(false);
});

describe('images of several sizes', () => {
  beforeAll(async () => {
    mkdirSync(join(folder, 'photos'));
    for (let i = 0; i < 40; i++) {
      const [height, width] = i % 3 === 0 ? [24, 30] : [48, 40 + i];
      const data = Uint8Array.from(stream(i).integers(height * width, 256));
      await writePng(join(folder, `photos/${i}.png`), { channels: 1, height, width, data });
    }
  });

  test('get one that is said, with what another one takes', async () => {
    const { code, said } = await run('mixed', '--target', 'photos');
    expect(code).toBe(0);
    expect(said).toMatch(
      /The images of photos have 30 x 24 to 78 x 48 pixels: the study brings all to 32 x 32 \(resize: 32; cropped where the shape differs\)\. --resize SIDE takes another size\./,
    );
    const text = readText('mixed/study.yaml');
    expect(text).toContain('Of files of several sizes models see the middle');
    expect(parse(text)).toMatchObject({
      target: { path: '../photos', resize: 32 },
      source: { dataset: 'glyphs', resize: 32 },
    });
    expect(await recordedRun(['plan', 'mixed/study.yaml', 'budgets=[10]', '--json'], folder)).toMatchObject({
      code: 0,
    });
  });

  test('are said by data check, with how to choose one', async () => {
    const { code, said } = await recordedRun(['data', 'check', 'photos'], folder);
    expect(code).toBe(1);
    expect(said).toMatch(
      /the images of \S*photos: they have \d+ sizes, from 30 x 24 pixels \(0\.png\) to 78 x 48 pixels \(38\.png\), but models see images of one size\. Choose it with resize.*resize=\d+ on the command line/,
    );
    expect(await recordedRun(['data', 'check', 'photos', 'resize=24'], folder)).toMatchObject({ code: 0 });
  });

  test('a relative path does not climb far', async () => {
    await run('a/b/c/near', '--target', 'photos');
    const { path } = parse(readText('a/b/c/near/study.yaml')).target;
    expect(path).toBe(join(folder, 'photos'));
  });

  test('get the one that is asked for, as do images of one size and built-in ones', async () => {
    const asked = await run('twenty', '--target', 'photos', '--resize', '20');
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.said).not.toMatch(/The images of photos/);
    expect(parse(readText('twenty/study.yaml'))).toMatchObject({
      target: { path: '../photos', resize: 20 },
      source: { resize: 20 },
    });
    expect((await run('large', '--target', 'grey.npy', '--resize', '40')).code).toBe(0);
    expect(parse(readText('large/study.yaml'))).toMatchObject({
      target: { path: '../grey.npy', resize: 40 },
    });
    // A size in the data set's own words stays, however large.
    const map = '{ path: photos, resize: 48, fit: contain }';
    expect((await run('own', '--target', map)).code).toBe(0);
    expect(parse(readText('own/study.yaml'))).toMatchObject({
      target: { path: '../photos', resize: 48, fit: 'contain' },
      source: { resize: 48 },
    });
    expect((await run('letters-32', '--resize', '32')).code).toBe(0);
    expect(parse(readText('letters-32/study.yaml'))).toMatchObject({
      target: { dataset: 'glyphs', resize: 32 },
      evaluate_on: [{ dataset: 'glyphs', resize: 32 }],
    });
  });

  test('texts have none', async () => {
    const { code, said } = await run('x', '--kind', 'text', '--resize', '32');
    expect(said).toMatch(/--resize and a study of texts cannot be combined: only images have a size/);
    expect(code).toBe(2);
  });
});
