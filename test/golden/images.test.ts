/** Images that Pillow wrote (`formats/generate.py`) are decoded as Pillow decodes them, and resampled as it resamples. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/formats/decode-image.ts';
import { readNpz } from '../../src/formats/npz.ts';
import { toFloat32 } from '../../src/formats/numeric-array.ts';
import { resizePlane } from '../../src/formats/resize-image.ts';

const read = (name: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`formats/${name}`, import.meta.url))));

const expected = readNpz(read('images.npz'), 'images.npz');

describe('decoding', () => {
  test.each([...expected.keys()])('%s', async (name) => {
    const { width, height, white, data } = await decodeImage(read(name), name, [10, 20, 30]);
    const { shape, data: values } = expected.get(name)!;
    expect([height, width, 3]).toEqual(shape);
    const bytes = Array.from(data, (v) => Math.round((v * 255) / white));
    // JPEG decoders may differ by a level or two; all else is exact.
    const tolerance = name.endsWith('jpg') ? 2 : 0;
    const worst = Math.max(...bytes.map((v, i) => Math.abs(v - Number(values[i]))));
    expect(worst).toBeLessThanOrEqual(tolerance);
  });
});

describe('resampling', () => {
  const arrays = readNpz(read('resized.npz'), 'resized.npz');
  const plane = toFloat32(arrays.get('plane')!);
  const whole = { left: 0, top: 0, width: 53, height: 37 };

  test.each([
    ['smaller', whole],
    ['larger', whole],
    ['mixed', whole],
    ['boxed', { left: 7.25, top: 0, width: 37, height: 37 }],
    ['one', whole],
  ])('%s', (name, region) => {
    const { shape, data } = arrays.get(name)!;
    const out = resizePlane(plane, 53, 37, region, shape[1]!, shape[0]!);
    const worst = Math.max(...Array.from(out, (v, i) => Math.abs(v - Number(data[i]))));
    expect(worst).toBeLessThan(1e-3);
  });

  test('an unchanged size keeps every value', () => {
    expect(resizePlane(plane, 53, 37, whole, 53, 37)).toEqual(plane);
  });
});
