/** The pictures that feature networks are trained on: distorted glyphs, and glyphs spoilt so that they show no character. */
import { describe, expect, test } from 'vitest';
import { type Distortion, distortImage } from '../scripts/features/distort-image.ts';
import { glyphShapes } from '../scripts/features/glyph-shapes.ts';
import { type Spoil, spoils } from '../scripts/features/spoil-image.ts';
import { trainingBatches } from '../scripts/features/training-batches.ts';
import { trainingImages, unitPixels } from '../scripts/features/training-images.ts';
import { imageAt } from '../src/data/data-set.ts';
import { glyphs } from '../src/data/glyphs.ts';
import { selectItems } from '../src/data/select-items.ts';
import { inputNames } from '../src/models/context.ts';
import { batchFeeds } from '../src/models/example-table.ts';
import { stream } from '../src/random.ts';

const all = glyphs();
const draws = stream(4);
const none: Distortion = { rotation: 0, shear: 0, scale: 0, shift: 0, bend: 0, thickness: 0 };
const glyph = (i: number) => Float32Array.from(imageAt(all, i), (v) => v / 255);
const distorted = (image: Float32Array, distortion: Distortion, name = 'a') => {
  const out = new Float32Array(image.length);
  distortImage(image, out, 28, distortion, draws.child(name));
  return out;
};
const inRange = (v: number) => v >= 0 && v <= 1;
const centre = (image: Float32Array) => {
  let [ink, x, y] = [0, 0, 0];
  image.forEach((v, at) => {
    ink += v;
    x += v * (at % 28);
    y += v * Math.floor(at / 28);
  });
  return { ink, x: x / ink, y: y / ink };
};

describe('distortion', () => {
  test('of nothing leaves a picture as it is', () => {
    for (let i = 0; i < 20; i++) expect(distorted(glyph(977 * i), none, `none ${i}`)).toEqual(glyph(977 * i));
  });

  test('moves, turns and scales within its limits, by the stream alone', () => {
    const image = glyph(100);
    const moved = centre(distorted(image, { ...none, shift: 3 }));
    const still = centre(image);
    expect(Math.abs(moved.x - still.x)).toBeLessThan(3.5);
    expect(Math.abs(moved.x - still.x) + Math.abs(moved.y - still.y)).toBeGreaterThan(0.2);
    const some: Distortion = { rotation: 0.2, shear: 0.3, scale: 0.2, shift: 2, bend: 1, thickness: 0.3 };
    expect(distorted(image, some)).toEqual(distorted(image, some));
    expect(distorted(image, some)).not.toEqual(distorted(image, some, 'b'));
    for (let i = 0; i < 50; i++) expect(distorted(image, some, `range ${i}`).every(inRange)).toBe(true);
  });
});

test.each(Object.entries<Spoil>(spoils))("spoilt by '%s': a picture in 0..1, unlike both", (_, spoil) => {
  for (let i = 0; i < 20; i++) {
    const [a, b] = [glyph(31 * i), glyph(10_000 + 57 * i)];
    const out = spoil(a, b, 28, draws.child(i));
    expect(out).toHaveLength(a.length);
    expect(out.every(inRange)).toBe(true);
    expect(out).not.toEqual(a);
    expect(out).not.toEqual(b);
  }
});

test('held-out designs are in no training set; a network is trained on what it says', () => {
  const latin = trainingImages(all, ['sans-serif', 'monospace', 'display'], ['latin']);
  const more = trainingImages(all, ['sans-serif', 'monospace', 'display', 'serif'], ['latin', 'greek']);
  expect(latin.train.count + latin.rest.count).toBe(all.count);
  const designs = new Set(more.train.groups);
  const heldOut = selectItems(all, { family: [...latin.heldOutFamilies] }).groups!;
  expect(heldOut.length).toBeGreaterThan(500);
  for (const design of heldOut) expect(designs.has(design)).toBe(false);
  expect(new Set(latin.train.attributes!.style)).toEqual(new Set(['sans-serif', 'monospace', 'display']));
  expect(new Set(latin.train.attributes!.script)).toEqual(new Set(['latin']));
});

test('characters that typefaces draw alike are one class', () => {
  const shapes = glyphShapes(all);
  expect(shapes.get('A')).toBe(shapes.get('Α'));
  expect([...shapes.get('А')!].sort()).toEqual(['A', 'Α', 'А'].sort());
  expect(shapes.get('l')).toBe(shapes.get('1'));
  expect(shapes.get('c')).not.toBe(shapes.get('C'));
  expect(new Set(shapes.values()).size).toBe(140);
});

test('batches: targets are distributions, about the asked share is spoilt, updates are repeatable', () => {
  const { train } = trainingImages(all, ['monospace'], ['latin']);
  const labels = Int32Array.from({ length: train.count }, (_, i) => i % 5);
  const source = trainingBatches(
    { pixels: unitPixels(train), labels, classes: 6, styles: labels },
    128,
    draws,
    { spoilt: 0.25, degraded: true },
  );
  const fields = [
    { name: 'x', shape: [1, 28, 28], dtype: 'float32' },
    { name: 'target', shape: [6], dtype: 'float32' },
    { name: 'style', shape: [5], dtype: 'float32' },
  ] as const;
  const [one, two] = [batchFeeds(fields, 128), batchFeeds(fields, 128)];
  source.fill(3, one);
  source.fill(4, two);
  source.fill(3, two);
  expect(two.feeds).toEqual(one.feeds);
  const target = one.feeds[inputNames.field('target')]!;
  let spoilt = 0;
  for (let i = 0; i < 128; i++) {
    const row = target.subarray(6 * i, 6 * i + 6);
    expect([...row].sort()).toEqual([0, 0, 0, 0, 0, 1]);
    spoilt += row[5]!;
    const style = one.feeds[inputNames.field('style')]!.subarray(5 * i, 5 * i + 5);
    expect([...style]).toEqual(row[5] === 1 ? [0, 0, 0, 0, 0] : [...row.subarray(0, 5)]);
  }
  expect(spoilt).toBeGreaterThan(10);
  expect(spoilt).toBeLessThan(50);
  expect(one.feeds[inputNames.field('x')]!.every(inRange)).toBe(true);
});
