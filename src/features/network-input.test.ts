import { expect, test } from 'vitest';
import { networkInput } from './network-input.ts';

const filled = (length: number, value: number) => new Float32Array(length).fill(value);

test('grey images of the right size stay as they are, but for values beyond 0..1', () => {
  const data = Float32Array.from({ length: 2 * 784 }, (_, i) => i / 1567);
  expect(networkInput({ shape: [1, 28, 28], data })).toEqual(data);
  expect(networkInput({ shape: [1, 28, 28], data: filled(784, 1.5) })).toEqual(filled(784, 1));
  expect(networkInput({ shape: [1, 28, 28], data: filled(784, -0.5) })).toEqual(filled(784, 0));
});

test('colour becomes BT.601 luma', () => {
  const data = new Float32Array(3 * 784);
  data.fill(1, 784, 2 * 784);
  const grey = networkInput({ shape: [3, 28, 28], data });
  expect(grey).toHaveLength(784);
  expect(grey[100]).toBeCloseTo(0.587, 6);
});

test('other sizes are resampled as a whole: even areas stay even, places keep their share of the picture', () => {
  for (const shape of [
    [1, 32, 32],
    [1, 20, 14],
    [1, 64, 100],
  ]) {
    const [, height, width] = shape as [number, number, number];
    const data = new Float32Array(height * width);
    for (let y = 0; y < height; y++) for (let x = 0; x < width / 2; x++) data[y * width + x] = 0.75;
    const out = networkInput({ shape, data });
    for (const y of [0, 14, 27]) {
      expect(out[y * 28 + 3]).toBeCloseTo(0.75, 3);
      expect(out[y * 28 + 24]).toBeCloseTo(0, 3);
    }
  }
});

test('what is no image is refused', () => {
  expect(() => networkInput({ shape: [4, 28, 28], data: filled(4 * 784, 0) })).toThrow('1 or 3 channels');
  expect(() => networkInput({ shape: [784], data: filled(784, 0) })).toThrow('1 or 3 channels');
  expect(() => networkInput({ shape: [1, 28, 28], data: filled(785, 0) })).toThrow('whole images');
  expect(() => networkInput({ shape: [1, 28, 28], data: filled(784, Number.NaN) })).toThrow('not finite');
  expect(networkInput({ shape: [1, 28, 28], data: filled(0, 0) })).toHaveLength(0);
});
