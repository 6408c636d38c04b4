import { sizeOf } from '../tensor/shape.ts';

/**
 * The overlap of a tensor with another shape of the same rank: the leading part along each axis is taken, the rest stays
 * as in `fresh`. [..from] and [..to] row-major.
 */
export function overlap(
  data: Float32Array,
  from: readonly number[],
  to: readonly number[],
  fresh: Float32Array,
): Float32Array {
  const out = fresh.slice();
  const copy = (axis: number, source: number, target: number): void => {
    const common = Math.min(from[axis]!, to[axis]!);
    if (axis === from.length - 1) {
      out.set(data.subarray(source, source + common), target);
      return;
    }
    const [stepFrom, stepTo] = [from, to].map((shape) => sizeOf(shape.slice(axis + 1))) as [number, number];
    for (let i = 0; i < common; i++) copy(axis + 1, source + i * stepFrom, target + i * stepTo);
  };
  copy(0, 0, 0);
  return out;
}

/** Maps of an axis that lists [channels, height, width] in another resolution. */
export interface Maps {
  readonly channels: number;
  /** [height, width] */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

/**
 * The maps that an axis of `from` and `to` elements lists, for images of these sizes [channels, height, width]: the
 * images themselves or what layers with strides make of them; undefined where it lists none.
 */
export function mapsOfAxis(
  from: number,
  to: number,
  before: readonly number[],
  after: readonly number[],
): Maps | undefined {
  for (let stride = 1; stride <= 16; stride *= 2) {
    const small = ([, height, width]: readonly number[]) =>
      [Math.ceil(height! / stride), Math.ceil(width! / stride)] as const;
    const [a, b] = [small(before), small(after)];
    const channels = from / (a[0] * a[1]);
    if (Number.isInteger(channels) && channels === to / (b[0] * b[1])) return { channels, from: a, to: b };
  }
  return undefined;
}

/**
 * A tensor with one axis of maps in another resolution, by bilinear interpolation of neighbouring elements (ends held
 * fast). An axis that is summed over is scaled, so that sums over more elements stay as large.
 */
export function resizeMaps(
  data: Float32Array,
  shape: readonly number[],
  axis: number,
  { channels, from, to }: Maps,
  summed: boolean,
): Float32Array {
  const [height, width] = to;
  const scale = summed ? (from[0] * from[1]) / (height * width) : 1;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const out = new Float32Array(outer * channels * height * width * inner);
  const at = (i: number, n: number, m: number) => {
    const place = Math.min(Math.max(((i + 0.5) * n) / m - 0.5, 0), n - 1);
    const low = Math.floor(place);
    return [low, Math.min(low + 1, n - 1), place - low] as const;
  };
  for (let y = 0; y < height; y++) {
    const [top, bottom, v] = at(y, from[0], height);
    for (let x = 0; x < width; x++) {
      const [left, right, u] = at(x, from[1], width);
      const parts = [
        [top, left, (1 - v) * (1 - u)],
        [top, right, (1 - v) * u],
        [bottom, left, v * (1 - u)],
        [bottom, right, v * u],
      ] as const;
      for (let o = 0; o < outer; o++)
        for (let c = 0; c < channels; c++) {
          const row = (o * channels + c) * from[0];
          const target = (((o * channels + c) * height + y) * width + x) * inner;
          for (const [py, px, weight] of parts) {
            const source = ((row + py) * from[1] + px) * inner;
            for (let i = 0; i < inner; i++) out[target + i]! += scale * weight * data[source + i]!;
          }
        }
    }
  }
  return out;
}
