import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { TextSet } from '../data/data-set.ts';
import { measureTexts } from './measure-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-texts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const train: TextSet = {
  kind: 'text',
  unit: 'item',
  name: 'words',
  count: 2,
  documents: ['anna', 'hannah'],
  provenance: { files: [], steps: [] },
};
const measure = (...samples: string[]) => {
  const { measurements, notMeasured } = measureTexts(samples, train, folder, 2);
  return {
    found: measurements.map(({ metric, value, generated }) => ({ metric, value, generated })),
    notMeasured,
  };
};

test('each metric counts the samples that are long enough for it', () => {
  // Pieces of two: ab, ba; xy. Pieces of four: anna, which is known.
  expect(measure('aba', 'xy', 'x')).toEqual({
    found: [{ metric: 'distinct_n', value: 1, generated: 2 }],
    notMeasured: ['ngram_novelty on target was not measured: no sample has 4 characters or more.'],
  });
  expect(measure('aaa', 'anna', 'x').found).toEqual([
    // aa, aa, an, nn, na
    { metric: 'distinct_n', value: 4 / 5, generated: 2 },
    { metric: 'ngram_novelty', value: 0, generated: 1 },
  ]);
});

test('where no sample is long enough, that is said', () => {
  const { found, notMeasured } = measure('a', '');
  expect(found).toEqual([]);
  expect(notMeasured).toEqual([
    'distinct_n on target was not measured: no sample has 2 characters or more.',
    'ngram_novelty on target was not measured: no sample has 4 characters or more.',
  ]);
});

test('of tunes the valid ones are counted, beside the real ones', () => {
  const tune = (body: string) => `X:1\nM:2/4\nL:1/4\nK:G\n${body}\n`;
  const tunes: TextSet = { ...train, notation: 'abc', documents: [tune('GA|B2|'), tune('GAB|')] };
  const samples = [tune('GA|G^G|'), tune('GABc|'), '?'];
  const { measurements } = measureTexts(samples, tunes, folder, 2, tunes);
  const found = new Map(measurements.map((one) => [one.metric, one]));
  expect(found.get('valid_tunes')).toMatchObject({
    value: 1 / 3,
    real: 2,
    generated: 3,
    split: 'test',
    options: { notation: 'abc' },
    extras: { parsed: 2 / 3, real: 1 / 2, gap: expect.closeTo(1 / 6, 9) },
  });
  expect(found.get('bars_in_metre')!.value).toBeCloseTo((1 + 0 + 0) / 3, 9);
  expect(found.get('notes_in_key')!.value).toBeCloseTo((3 / 4 + 1 + 0) / 3, 9);
  expect(JSON.parse(readFileSync(join(folder, 'samples.json'), 'utf8'))[0].notation).toBe('abc');
});

test('what tunes of free metre have no bars for is said', () => {
  const free: TextSet = { ...train, notation: 'abc', documents: ['X:1\nK:G\nGAB|\n'] };
  const { measurements, notMeasured } = measureTexts(['X:1\nK:G\nGGG|B|\n'], free, folder, 1, free);
  const names = measurements.map(({ metric }) => metric);
  expect(names).toEqual(expect.arrayContaining(['valid_tunes', 'notes_in_key']));
  expect(names).not.toContain('bars_in_metre');
  expect(notMeasured).toEqual([
    'bars_in_metre on target was not measured: no generated tune has bars of a metre.',
  ]);
});
