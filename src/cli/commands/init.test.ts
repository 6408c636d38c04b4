import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeNpyFile } from '../../formats/npy.ts';
import { stream } from '../../random.ts';
import { recordedRun } from '../recorded-run.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-init-'));
  const pixels = (n: number) => Uint8Array.from(stream(n).integers(n, 256));
  writeNpyFile(join(folder, 'grey.npy'), { dtype: 'uint8', shape: [80, 10, 10], data: pixels(8000) });
  writeNpyFile(join(folder, 'colour.npy'), { dtype: 'uint8', shape: [90, 64, 32, 3], data: pixels(552_960) });
  const letters = stream(4).integers(40_000, 26);
  writeFileSync(
    join(folder, 'book.txt'),
    Array.from(letters, (n, i) => (i % 6 === 5 ? ' ' : String.fromCharCode(97 + n))).join(''),
  );
  mkdirSync(join(folder, 'two images'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['image', []],
  ['text', ['--kind', 'text']],
  ['grey', ['--data', 'grey.npy']],
  ['colour', ['--data', 'colour.npy']],
  ['book', ['--data', 'book.txt']],
])('what it writes for %s can be planned as it is', async (name, options) => {
  const made = await recordedRun(['init', name, ...options], folder);
  expect(made).toMatchObject({ code: 0, out: `${name}/study.yaml\n${name}/study.schema.json\n` });
  const text = readFileSync(join(folder, name, 'study.yaml'), 'utf8');
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./study.schema.json');
  const planned = await recordedRun(['plan', `${name}/study.yaml`, '--json'], folder);
  expect(planned.said).toBe('');
  const { steps } = JSON.parse(planned.out) as { steps: { kind: string }[] };
  expect(steps.filter(({ kind }) => kind === 'trial').length).toBeGreaterThanOrEqual(15);
  const schema = JSON.parse(readFileSync(join(folder, name, 'study.schema.json'), 'utf8')) as {
    properties: object;
  };
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['target', 'techniques', 'budgets']));
});

test('a study file that is there is kept', async () => {
  writeFileSync(join(folder, 'study.yaml'), 'mine');
  const { code, said } = await recordedRun(['init'], folder);
  expect(code).toBe(1);
  expect(said).toMatch(/study\.yaml: a study file is there already\. --force replaces it/);
  expect(readFileSync(join(folder, 'study.yaml'), 'utf8')).toBe('mine');
});

test('data that no study could use are refused before anything is written', async () => {
  writeFileSync(join(folder, 'few.txt'), 'one');
  const { code, said } = await recordedRun(['init', 'x', '--data', 'few.txt'], folder);
  expect(code).toBe(1);
  expect(said).toMatch(/^error: /);
});
