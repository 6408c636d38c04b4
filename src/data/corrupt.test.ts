import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { type Corruption, corruptData } from './corrupt.ts';
import { type ImageSet, imageAt, type TextSet } from './data-set.ts';

const provenance = { files: [], steps: [] };
const none: Corruption = { duplicates: 0, 'wrong-labels': 0, noise: 0 };
const digits = (count: number): ImageSet => ({
  kind: 'image',
  name: 'digits',
  channels: 1,
  height: 4,
  width: 4,
  count,
  pixels: Uint8Array.from({ length: count * 16 }, (_, p) => (Math.floor(p / 16) * 7 + 40) % 200),
  labels: { values: Int32Array.from({ length: count }, (_, i) => i % 3), names: ['0', '1', '2'] },
  provenance,
});
const words = (count: number): TextSet => ({
  kind: 'text',
  name: 'words',
  unit: 'item',
  count,
  documents: Array.from({ length: count }, (_, i) => `word number ${i}`),
  provenance,
});

describe('corruptData', () => {
  test('nothing asked for, nothing done; the original is never touched', () => {
    const set = digits(20);
    const before = set.pixels.slice();
    expect(corruptData(set, none, stream(0)).set).toBe(set);
    const all = {
      duplicates: 0.5,
      'wrong-labels': 0.5,
      noise: 0.1,
      offDomain: { fraction: 0.5, from: digits(5) },
    };
    corruptData(set, all, stream(0));
    expect(set.pixels).toEqual(before);
    expect([...set.labels!.values]).toEqual(Array.from({ length: 20 }, (_, i) => i % 3));
  });

  test('the number of items stays, the amounts are as asked, and one seed repeats', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (count, share, seed) => {
          const off = words(3);
          const corruption = { ...none, duplicates: share, offDomain: { fraction: share, from: off } };
          const { set, report } = corruptData(words(count), corruption, stream(seed));
          expect(set.documents.length).toBe(count);
          expect(report.offDomain).toBe(Math.round(share * count));
          expect(report.duplicates).toBe(Math.min(Math.round(share * count), count - 1));
          expect(corruptData(words(count), corruption, stream(seed)).set.documents).toEqual(set.documents);
        },
      ),
    );
  });

  test('duplicates leave so many distinct items fewer', () => {
    const { set } = corruptData(words(100), { ...none, duplicates: 0.3 }, stream(1));
    expect(new Set(set.documents).size).toBe(70);
  });

  test('a larger fraction corrupts the same items and more', () => {
    const changed = (share: number) => {
      const { set } = corruptData(digits(50), { ...none, 'wrong-labels': share }, stream(3));
      return [...set.labels!.values.keys()].filter((i) => set.labels!.values[i] !== i % 3);
    };
    expect(changed(0.2).length).toBe(10);
    expect(changed(0.5).length).toBe(25);
    expect(changed(0.5)).toEqual(expect.arrayContaining(changed(0.2)));
  });

  test('noise has the standard deviation asked for', () => {
    const grey: ImageSet = { ...digits(400), pixels: new Uint8Array(400 * 16).fill(128) };
    const { set } = corruptData(grey, { ...none, noise: 0.1 }, stream(4));
    const mean = set.pixels.reduce((sum, v) => sum + v, 0) / set.pixels.length;
    const variance = set.pixels.reduce((sum, v) => sum + (v - mean) ** 2, 0) / set.pixels.length;
    expect(Math.abs(mean - 128)).toBeLessThan(1.5);
    expect(Math.sqrt(variance) / 25.5).toBeCloseTo(1, 1);
  });

  test('text noise replaces characters in place, from the set itself', () => {
    const { set, report } = corruptData(words(200), { ...none, noise: 0.2 }, stream(5));
    const original = words(200).documents;
    const alphabet = new Set(original.join(''));
    set.documents.forEach((text, i) => {
      expect(text.length).toBe(original[i]!.length);
    });
    expect([...set.documents.join('')].every((c) => alphabet.has(c))).toBe(true);
    const total = original.join('').length;
    expect(Math.abs(report.noise / total - 0.2)).toBeLessThan(0.03);
  });

  test('off-domain items lose their labels', () => {
    const off: ImageSet = { ...digits(2), name: 'off', pixels: new Uint8Array(32).fill(255) };
    const { set } = corruptData(digits(10), { ...none, offDomain: { fraction: 0.4, from: off } }, stream(0));
    const replaced = [...set.labels!.values.keys()].filter((i) => imageAt(set, i)[0] === 255);
    expect(replaced.length).toBe(4);
    expect(replaced.every((i) => set.labels!.values[i] === -1)).toBe(true);
    expect(set.provenance.steps).toEqual(['4 items replaced by items of off']);
  });

  test.each([
    ['labels that are not there', words(5), { ...none, 'wrong-labels': 0.5 }, 'it has no labels'],
    [
      'one class',
      { ...digits(5), labels: { values: new Int32Array(5), names: ['a'] } },
      { ...none, 'wrong-labels': 0.5 },
      'fewer than two classes',
    ],
    [
      'items of another size',
      digits(5),
      { ...none, offDomain: { fraction: 0.5, from: { ...digits(5), height: 2, width: 8 } } },
      'not of the same kind and size',
    ],
    [
      'running text',
      { ...words(5), unit: 'running' as const },
      { ...none, duplicates: 0.5 },
      'has no items to replace',
    ],
  ])('%s cannot be corrupted so', (_, set, corruption, message) => {
    expect(() => corruptData(set, corruption, stream(0))).toThrow(message);
  });
});
