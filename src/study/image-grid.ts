import type { Picture } from '../formats/write-png.ts';
import { sizeOf } from '../tensor/shape.ts';

/** Images [count, channels, height, width] with values 0..1. */
export interface UnitImages {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const GAP = 1;
/** Pixels along the longer side of an enlarged image, at most; such a picture has this many pixels in all, at most. */
const ENLARGED = { side: 112, pixels: 16e6 };

/** Images laid out in rows of `columns`, with a thin grey line between them; values outside 0..1 are clipped. */
export function imageGrid({ shape, data }: UnitImages, columns: number): Picture {
  const [c, h, w] = shape as [number, number, number];
  const count = data.length / (c * h * w);
  const rows = Math.ceil(count / columns);
  const channels = c === 1 ? 1 : 3;
  const width = columns * (w + GAP) - GAP;
  const height = rows * (h + GAP) - GAP;
  const pixels = new Uint8Array(width * height * channels).fill(96);
  for (let i = 0; i < count; i++) {
    const top = Math.floor(i / columns) * (h + GAP);
    const left = (i % columns) * (w + GAP);
    for (let ch = 0; ch < channels; ch++)
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++) {
          const value = data[((i * c + ch) * h + y) * w + x]!;
          pixels[((top + y) * width + left + x) * channels + ch] = Math.round(
            255 * Math.min(1, Math.max(0, value)),
          );
        }
  }
  return { channels, height, width, data: pixels };
}

/**
 * The same grid to be looked at by itself: each pixel is a square of a whole number of pixels, as many as bring the longer
 * side of an image to no more than 112 (from 57 on, whatever its size up to that). Large grids are enlarged less.
 */
export function enlargedGrid(images: UnitImages, columns: number): Picture {
  const [, h, w] = images.shape as [number, number, number];
  const small = imageGrid(images, columns);
  const most = Math.floor(Math.sqrt(ENLARGED.pixels / (small.width * small.height)));
  const scale = Math.max(1, Math.min(Math.floor(ENLARGED.side / Math.max(h, w)), most));
  return scale === 1 ? small : enlarge(small, scale);
}

/** Every pixel as a square of `scale` by `scale`. */
function enlarge({ channels, width, height, data }: Picture, scale: number): Picture {
  const row = width * scale * channels;
  const out = new Uint8Array(row * height * scale);
  for (let y = 0; y < height; y++) {
    const top = y * scale * row;
    for (let x = 0; x < width; x++) {
      const pixel = data.subarray((y * width + x) * channels, (y * width + x + 1) * channels);
      for (let i = 0; i < scale; i++) out.set(pixel, top + (x * scale + i) * channels);
    }
    for (let i = 1; i < scale; i++) out.copyWithin(top + i * row, top, top + row);
  }
  return { channels, width: width * scale, height: height * scale, data: out };
}

/** The first `count` images. */
export function firstImages({ shape, data }: UnitImages, count: number): UnitImages {
  const size = sizeOf(shape);
  return { shape, data: data.subarray(0, count * size) };
}

/** Images of two lists in turn: a1, b1, a2, b2, ... */
export function pairs(a: UnitImages, b: UnitImages): UnitImages {
  const size = a.shape.reduce((x, y) => x * y, 1);
  const data = new Float32Array(a.data.length * 2);
  for (let i = 0; i * size < a.data.length; i++) {
    data.set(a.data.subarray(i * size, (i + 1) * size), 2 * i * size);
    data.set(b.data.subarray(i * size, (i + 1) * size), (2 * i + 1) * size);
  }
  return { shape: a.shape, data };
}

/** The images at the given rows. */
export function pickImages({ shape, data }: UnitImages, rows: ArrayLike<number>): UnitImages {
  const size = shape.reduce((x, y) => x * y, 1);
  const out = new Float32Array(rows.length * size);
  for (let i = 0; i < rows.length; i++)
    out.set(data.subarray(rows[i]! * size, (rows[i]! + 1) * size), i * size);
  return { shape, data: out };
}
