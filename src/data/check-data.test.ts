import { expect, test } from 'vitest';
import { checkData } from './check-data.ts';
import type { ImageSet, TextSet } from './data-set.ts';
import { describeData } from './describe-data.ts';

const provenance = { files: [{ path: 'x', sha256: '0' }], steps: [] };
const items = (documents: string[], more: Partial<TextSet> = {}): TextSet => ({
  kind: 'text',
  name: 'items',
  unit: 'item',
  count: documents.length,
  documents,
  provenance,
  ...more,
});
const kinds = (set: ImageSet | TextSet, against: TextSet[] = []) =>
  checkData(set, { against }).problems.map(({ kind }) => kind);

test('images in numbers', () => {
  const set: ImageSet = {
    kind: 'image',
    name: 'four',
    channels: 1,
    height: 1,
    width: 2,
    count: 4,
    pixels: Uint8Array.from([0, 10, 250, 20, 7, 7, 0, 10]),
    labels: { values: Int32Array.from([0, 0, 1, -1]), names: ['a', 'b', 'c'] },
    attributes: { style: ['x', 'y', 'y', 'y'] },
    groups: ['g', 'g', 'g', 'h'],
    predefined: { train: Int32Array.from([0, 1]), test: Int32Array.from([2, 3]) },
    licence: 'CC0',
    provenance,
  };
  const description = describeData(set);
  expect(description).toMatchObject({
    count: 4,
    licence: 'CC0',
    images: { least: 0, most: 250, mean: 38, constant: 1 },
    classes: [
      { value: 'a', count: 2 },
      { value: 'b', count: 1 },
      { value: 'c', count: 0 },
    ],
    unlabelled: 1,
    attributes: {
      style: [
        { value: 'y', count: 3 },
        { value: 'x', count: 1 },
      ],
    },
    groups: { count: 2, smallest: 1, largest: 3 },
    predefined: { train: 2, test: 2 },
    duplicates: 1,
  });
  const values = [...set.pixels];
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - 38) ** 2, 0) / 8);
  expect(description.images!.deviation).toBeCloseTo(deviation, 10);
  expect(kinds(set)).toEqual(['duplicates', 'empty-class', 'unlabelled', 'constant-images', 'cannot-split']);
});

test('texts in numbers', () => {
  const description = describeData(items(['Ångström 😀', '', 'ab', '  ']));
  expect(description.texts).toEqual({
    unit: 'item',
    characters: 14,
    bytes: 19,
    alphabet: 12,
    shortest: 0,
    median: 2,
    longest: 10,
    blank: 2,
    damaged: 0,
  });
});

test('problems of texts', () => {
  const many = Array.from({ length: 300 }, (_, i) => `line ${i}`);
  expect(kinds(items(many))).toEqual([]);
  expect(kinds(items([...many, 'line 1', ' ', 'caf\u00c3\u0083', 'x'.repeat(2000)]))).toEqual([
    'duplicates',
    'blank-texts',
    'damaged-texts',
    'uneven-lengths',
  ]);
  const [overlap] = checkData(items(many), {
    against: [items(['line 5', 'line 6'], { name: 'other' })],
  }).problems;
  expect(overlap).toMatchObject({ kind: 'overlap', message: '2 items also in other' });
});

test('classes of very different size', () => {
  const documents = Array.from({ length: 200 }, (_, i) => `line ${i}`);
  const values = Int32Array.from(documents, (_, i) => Number(i < 5));
  expect(kinds(items(documents, { labels: { values, names: ['often', 'rare'] } }))).toEqual([
    'class-imbalance',
  ]);
});

test('what cannot be divided is an error with its reason', () => {
  const { problems, split } = checkData(items(['a', 'a', 'a']));
  expect(split).toBeUndefined();
  expect(problems.at(-1)).toMatchObject({ kind: 'cannot-split', severity: 'error' });
  expect(problems.at(-1)!.message).toContain('2 removed as duplicates');
});

test('the largest budget of the pool is told', () => {
  const documents = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
  expect(checkData(items(documents)).largestBudget).toBe(700);
  const running = items([documents.join('\n')], { unit: 'running' });
  expect(checkData(running, { window: 10 }).largestBudget).toBeGreaterThan(500);
});
