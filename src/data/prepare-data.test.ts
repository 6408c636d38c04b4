import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dataContext } from './data-context.ts';
import type { TextSet } from './data-set.ts';
import { examplesOf, prepareData } from './prepare-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-prepare-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, lines: string[]) => writeFileSync(join(folder, name), lines.join('\n'));
const numbered = (n: number, word: string) => Array.from({ length: n }, (_, i) => `${word} number ${i}`);
write('source.txt', [...numbered(200, 'apple'), ...numbered(100, 'pear')]);
write('target.txt', numbered(150, 'pear'));
write('off.txt', numbered(50, 'stone'));
writeFileSync(
  join(folder, 'book.txt'),
  Array.from({ length: 4000 }, (_, i) => `${Math.floor(Math.abs(Math.sin(i)) * 1e9)} `).join(''),
);
const context = dataContext(folder, undefined);
const lines = (path: string) => ({ path, unit: 'line' as const });
const documents = (set: unknown) => (set as TextSet).documents;

test('nothing that the target holds out is trained on', async () => {
  const target = await prepareData(lines('target.txt'), context);
  const heldOut = [target.validation, target.test];
  const source = await prepareData(lines('source.txt'), context, { heldOut });
  const held = new Set(heldOut.flatMap(documents));
  expect(documents(source.train).filter((text) => held.has(text))).toEqual([]);
  expect(documents(source.validation).filter((text) => held.has(text))).toEqual([]);
  const free = await prepareData(lines('source.txt'), context);
  expect(source.report.overlap!.items).toBe(free.train.count - source.train.count);
  expect(source.report.overlap!.items).toBeGreaterThan(10);
});

test('size keeps nested training items; validation and test stay', async () => {
  const whole = await prepareData(lines('source.txt'), context);
  const [small, large] = await Promise.all([
    prepareData({ ...lines('source.txt'), size: 20 }, context),
    prepareData({ ...lines('source.txt'), size: 60 }, context),
  ]);
  expect(small.train.count).toBe(20);
  expect(small.report.size).toEqual({ kept: 20, of: 210 });
  expect(documents(large.train)).toEqual(expect.arrayContaining([...documents(small.train)]));
  expect(documents(small.test)).toEqual(documents(whole.test));
  await expect(prepareData({ ...lines('source.txt'), size: 211 }, context)).rejects.toThrow(
    'size of source is 211; allowed: at most 210',
  );
});

test('corruption touches training items alone', async () => {
  const clean = await prepareData(lines('source.txt'), context);
  const corrupt = { 'off-domain': { fraction: 0.5, from: lines('off.txt') }, noise: 0.1, duplicates: 0.2 };
  const dirty = await prepareData({ ...lines('source.txt'), corrupt }, context);
  expect(dirty.hash).toBe(clean.hash);
  expect(documents(dirty.test)).toEqual(documents(clean.test));
  expect(documents(dirty.validation)).toEqual(documents(clean.validation));
  expect(dirty.report.corruption).toMatchObject({ offDomain: 105, duplicates: 42 });
  const again = await prepareData({ ...lines('source.txt'), corrupt: { ...corrupt, seed: 0 } }, context);
  expect(documents(again.train)).toEqual(documents(dirty.train));
  const other = await prepareData({ ...lines('source.txt'), corrupt: { ...corrupt, seed: 1 } }, context);
  expect(documents(other.train)).not.toEqual(documents(dirty.train));
});

test('running text becomes windows of the stated length', async () => {
  const book = await prepareData({ path: 'book.txt', window: 100, size: 5000 }, context);
  expect(book.window).toBe(100);
  expect(documents(book.train).join('').length).toBe(5000);
  const examples = examplesOf(book.train, book.window) as TextSet;
  expect(examples.unit).toBe('item');
  expect(examples.documents.every((text) => text.length <= 100)).toBe(true);
  const items = await prepareData(lines('source.txt'), context);
  expect(examplesOf(items.train, items.window)).toBe(items.train);
});

test('the size of running text parts no surrogate pair', async () => {
  writeFileSync(join(folder, 'hats.txt'), '🎩'.repeat(1000));
  const spec = { path: 'hats.txt', split: { duplicates: 'keep' as const } };
  const odd = await prepareData({ ...spec, size: 7 }, context);
  expect(documents(odd.train).join('')).toBe('🎩'.repeat(4));
  expect(odd.report.size!.kept).toBe(8);
});

test('duplicates and off-domain items in running text are windows of it', async () => {
  const spec = { path: 'book.txt', window: 50, split: { duplicates: 'keep' as const } };
  const clean = await prepareData(spec, context);
  const windows = (data: typeof clean) => documents(examplesOf(data.train, data.window));
  const corrupt = { duplicates: 0.25, 'off-domain': { fraction: 0.5, from: { path: 'words.txt' } } };
  const inLetters = (text: string) => text.replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)]!);
  const book = readFileSync(join(folder, 'book.txt'), 'utf8');
  writeFileSync(join(folder, 'words.txt'), inLetters(book.slice(100)));
  const damaged = await prepareData({ ...spec, corrupt }, context);
  const count = windows(clean).length;
  expect(count).toBeGreaterThan(100);
  expect(windows(damaged)).toHaveLength(count);
  const { offDomain, duplicates } = damaged.report.corruption!;
  expect([offDomain, duplicates]).toEqual([Math.round(count / 2), Math.round(count / 4)]);
  const foreign = windows(damaged).filter((text) => /[a-z]{3}/.test(text)).length;
  expect(foreign / count).toBeGreaterThan(0.35);
  expect(foreign / count).toBeLessThan(0.65);
  expect(new Set(windows(damaged)).size).toBeLessThan(new Set(windows(clean)).size * 0.8);
  expect((damaged.train as TextSet).unit).toBe('running');
  expect(damaged.validation).toEqual(clean.validation);
});
