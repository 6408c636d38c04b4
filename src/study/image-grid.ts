import type { Picture } from '../formats/write-png.ts';
import { sizeOf } from '../tensor/shape.ts';

/** Images [count, channels, height, width] with values 0..1. */
export interface UnitImages {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const GAP = 1;

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
