import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentHash } from './content-hash.ts';
import { characterCount, type ImageSet, imageAt, subset, type TextSet } from './data-set.ts';

const images: ImageSet = {
  kind: 'image',
  name: 'four',
  channels: 1,
  height: 1,
  width: 2,
  count: 4,
  pixels: Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]),
  labels: { values: Int32Array.from([0, 1, -1, 0]), names: ['a', 'b'] },
  attributes: { style: ['w', 'x', 'y', 'z'] },
  groups: ['g', 'g', 'h', 'h'],
  predefined: { train: Int32Array.from([0, 2]), test: Int32Array.from([1, 3]) },
  provenance: { files: [], steps: [] },
};

test('a subset carries pixels, labels, attributes, groups and re-indexed splits', () => {
  const part = subset(images, [3, 0, 3], 'picked');
  expect(part.count).toBe(3);
  expect([...part.pixels]).toEqual([6, 7, 0, 1, 6, 7]);
  expect([...imageAt(part, 1)]).toEqual([0, 1]);
  expect([...part.labels!.values]).toEqual([0, 0, 0]);
  expect(part.attributes).toEqual({ style: ['z', 'w', 'z'] });
  expect(part.groups).toEqual(['h', 'g', 'h']);
  expect([...part.predefined!.train!]).toEqual([1]);
  expect([...part.predefined!.test!]).toEqual([0, 2]);
  expect(part.provenance.steps).toEqual(['picked']);
  expect(images.provenance.steps).toEqual([]);
});

test('the content hash names content, not names, and tells neighbouring contents apart', () => {
  expect(contentHash({ ...images, name: 'other', licence: 'MIT' })).toBe(contentHash(images));
  const changes: Partial<ImageSet>[] = [
    { height: 2, width: 1 },
    { pixels: Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 8]) },
    { labels: { values: Int32Array.from([0, 1, -1, 1]), names: ['a', 'b'] } },
    { groups: ['g', 'h', 'h', 'h'] },
    { attributes: { style: ['w', 'x', 'yz', ''] } },
    { predefined: { train: Int32Array.from([0]), test: Int32Array.from([1, 3]) } },
  ];
  const hashes = changes.map((change) => contentHash({ ...images, ...change }));
  expect(new Set([contentHash(images), ...hashes]).size).toBe(changes.length + 1);
});

test('texts that differ only in where one document ends have different hashes', () => {
  const text = (documents: string[]): TextSet => ({
    kind: 'text',
    name: 't',
    unit: 'item',
    count: documents.length,
    documents,
    provenance: { files: [], steps: [] },
  });
  expect(contentHash(text(['ab', 'c']))).not.toBe(contentHash(text(['a', 'bc'])));
});

test('characters are code points', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'é', '\ud83d', '\ude00', '😀')).map((parts) => parts.join('')),
      (text) => {
        expect(characterCount(text)).toBe([...text].length);
      },
    ),
  );
});
