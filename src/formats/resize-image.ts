/** A part of a picture, in pixels; its edges may lie between pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Resamples a region of one channel to `height` x `width` with the bicubic filter of Keys (1981, a = -1/2), widened
 * by the reduction factor so that nothing aliases, along rows first and then along columns, in the values as they
 * stand (no gamma). Weights outside the picture are dropped and the rest scaled to sum 1.
 * This is what Pillow's `resize(…, BICUBIC, box=…)` computes on float images (mode F); unlike it on 8-bit images,
 * nothing is rounded between the two passes.
 *
 * @param plane the channel, row by row: `[rows, columns]`
 */
export function resizePlane(
  plane: Float32Array,
  columns: number,
  rows: number,
  region: Region,
  width: number,
  height: number,
): Float32Array {
  const across = tapsOf(columns, region.left, region.width, width);
  const down = tapsOf(rows, region.top, region.height, height);
  // Only the rows that the second pass looks at.
  const firstRow = Math.min(...down.map(({ start }) => start));
  const lastRow = Math.max(...down.map(({ start, weights }) => start + weights.length));
  const middle = new Float32Array((lastRow - firstRow) * width);
  for (let y = firstRow; y < lastRow; y++)
    for (let x = 0; x < width; x++) {
      const { start, weights } = across[x]!;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * plane[y * columns + start + i]!;
      middle[(y - firstRow) * width + x] = sum;
    }
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const { start, weights } = down[y]!;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++)
        sum += weights[i]! * middle[(start - firstRow + i) * width + x]!;
      out[y * width + x] = sum;
    }
  }
  return out;
}

/** The samples that make one output sample, and their weights. */
interface Taps {
  readonly start: number;
  readonly weights: Float64Array;
}

const support = 2;

function tapsOf(size: number, from: number, extent: number, count: number): Taps[] {
  const scale = extent / count;
  const widening = Math.max(1, scale);
  return Array.from({ length: count }, (_, i) => {
    const center = from + (i + 0.5) * scale;
    const start = Math.max(0, Math.floor(center - support * widening + 0.5));
    const end = Math.min(size, Math.floor(center + support * widening + 0.5));
    const weights = Float64Array.from({ length: end - start }, (_, tap) =>
      bicubic((start + tap - center + 0.5) / widening),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}

function bicubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}
