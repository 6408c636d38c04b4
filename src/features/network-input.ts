import { GraftError } from '../errors.ts';
import { resizePlane } from '../formats/resize-image.ts';

/** Images [count, ...shape] with values from 0 to 1; `shape` is [channels, height, width]. */
export interface UnitImages {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What every feature network sees: one grey plane of this side. */
export const SIDE = 28;

/**
 * Grey images [count, 1, 28, 28] of images of any size with one or three channels, by one rule for all networks: colour
 * becomes its BT.601 luma, another size is resampled to 28x28 as a whole (antialiased bicubic, stretched where it is not
 * square), and values are limited to 0..1. Light and dark stay as they are. Fails with `invalid-value` for another
 * number of channels, `shape-mismatch` where the data do not fill whole images, `not-finite` for NaN and infinite values.
 */
export function networkInput({ shape, data }: UnitImages): Float32Array {
  const [channels, height, width] = shape as [number, number, number];
  if (shape.length !== 3 || (channels !== 1 && channels !== 3) || !(height > 0 && width > 0))
    throw new GraftError('invalid-value', {
      what: 'shape of images for a feature network',
      received: shape,
      allowed: '[1 or 3 channels, height, width]',
    });
  const area = height * width;
  if (data.length % (channels * area) !== 0)
    throw new GraftError('shape-mismatch', {
      op: 'feature network',
      shapes: [shape, [data.length]],
      rule: 'the values must fill whole images',
    });
  if (!data.every(Number.isFinite))
    throw new GraftError('not-finite', { what: 'a value of an image for a feature network' });
  const count = data.length / (channels * area);
  const out = new Float32Array(count * SIDE * SIDE);
  for (let i = 0; i < count; i++) {
    const image = data.subarray(i * channels * area, (i + 1) * channels * area);
    const grey = channels === 1 ? image : luma(image, area);
    const plane =
      height === SIDE && width === SIDE
        ? grey
        : resizePlane(grey, width, height, { left: 0, top: 0, width, height }, SIDE, SIDE);
    for (let p = 0; p < plane.length; p++) out[i * SIDE * SIDE + p] = Math.min(1, Math.max(0, plane[p]!));
  }
  return out;
}

/** ITU-R BT.601 luma of planes red, green and blue. */
function luma(image: Float32Array, area: number): Float32Array {
  return Float32Array.from(
    { length: area },
    (_, p) => 0.299 * image[p]! + 0.587 * image[area + p]! + 0.114 * image[2 * area + p]!,
  );
}
