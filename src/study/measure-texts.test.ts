import { mkdtempSync, rmSync } from 'node:fs';
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
