import { expect, test } from 'vitest';
import { enlargedGrid, imageGrid } from './image-grid.ts';

/** Images whose values are their number and place. */
const images = (count: number, channels: number, height: number, width: number) => ({
  shape: [channels, height, width],
  data: Float32Array.from({ length: count * channels * height * width }, (_, i) => ((i * 37) % 256) / 255),
});

test.each([
  [28, 28, 4],
  [32, 32, 3],
  [16, 10, 7],
  [64, 64, 1],
  [57, 40, 1],
  [56, 56, 2],
  [128, 128, 1],
])('images of %i x %i are enlarged by %i', (height, width, scale) => {
  const set = images(4, 1, height, width);
  const [small, large] = [imageGrid(set, 2), enlargedGrid(set, 2)];
  expect([large.width, large.height]).toEqual([small.width * scale, small.height * scale]);
  const side = scale * Math.max(height, width);
  if (height <= 112) expect(side).toBeGreaterThanOrEqual(57);
  if (height <= 112) expect(side).toBeLessThanOrEqual(112);
});

test.each([1, 3])('every pixel becomes a square, with %i channels', (channels) => {
  const set = images(5, channels, 20, 28);
  const [small, large] = [imageGrid(set, 3), enlargedGrid(set, 3)];
  expect(large.channels).toBe(channels);
  const at = ({ data, width }: typeof small, y: number, x: number) =>
    [...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels)].join();
  for (let y = 0; y < large.height; y += 3)
    for (let x = 0; x < large.width; x++)
      if (at(large, y, x) !== at(small, Math.floor(y / 4), Math.floor(x / 4)))
        throw new Error(`pixel ${x}, ${y} is another one`);
});

test('large grids are enlarged less, so that the file stays small', () => {
  const large = enlargedGrid(images(6000, 1, 28, 28), 12);
  expect(large.width * large.height).toBeLessThanOrEqual(16e6);
  expect(large.width).toBe(12 * 29 - 1);
});
