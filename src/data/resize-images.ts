import { GraftError } from '../errors.ts';
import { type ImageSet, imageSize, withStep } from './data-set.ts';

/** Largest side that images are resized to. */
const longestSide = 4096;

/**
 * Images of another size. 'stretch' resamples both axes with a triangle filter whose support grows with the
 * reduction (antialiased bilinear, as PIL's BILINEAR; deviation: rounded once, at the end, not after each axis).
 * 'pad' puts the image unchanged in the middle of a black (0) frame and refuses images that are larger.
 */
export function resizeImages(
  set: ImageSet,
  height: number,
  width: number,
  fit: 'stretch' | 'pad' = 'stretch',
): ImageSet {
  for (const side of [height, width]) {
    if (!Number.isInteger(side) || side < 1 || side > longestSide) {
      throw new GraftError('invalid-value', {
        what: 'image size',
        received: [height, width],
        allowed: `[height, width] of integers from 1 to ${longestSide}`,
      });
    }
  }
  if (height === set.height && width === set.width) return set;
  const pixels = fit === 'pad' ? pad(set, height, width) : stretch(set, height, width);
  const how = fit === 'pad' ? 'padded with 0' : 'triangle filter';
  return withStep(
    { ...set, height, width, pixels },
    `resized ${set.height}x${set.width} to ${height}x${width} (${how})`,
  );
}

function pad(set: ImageSet, height: number, width: number): Uint8Array {
  if (set.height > height || set.width > width) {
    throw new GraftError('invalid-value', {
      what: "image size for fit 'pad'",
      received: [height, width],
      allowed: `at least the images' own size, [${set.height}, ${set.width}]`,
      hint: "Use fit 'stretch' to make images smaller.",
    });
  }
  const top = Math.floor((height - set.height) / 2);
  const left = Math.floor((width - set.width) / 2);
  const planes = set.count * set.channels;
  const pixels = new Uint8Array(planes * height * width);
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < set.height; y++) {
      const from = (plane * set.height + y) * set.width;
      pixels.set(set.pixels.subarray(from, from + set.width), (plane * height + top + y) * width + left);
    }
  }
  return pixels;
}

function stretch(set: ImageSet, height: number, width: number): Uint8Array {
  const across = taps(set.width, width);
  const down = taps(set.height, height);
  const planes = set.count * set.channels;
  const pixels = new Uint8Array(planes * height * width);
  const size = set.height * set.width;
  const narrow = new Float64Array(set.height * width);
  for (let plane = 0; plane < planes; plane++) {
    const source = set.pixels.subarray(plane * size, (plane + 1) * size);
    for (let y = 0; y < set.height; y++) {
      for (let x = 0; x < width; x++) {
        const { first, weights } = across[x]!;
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * source[y * set.width + first + k]!;
        narrow[y * width + x] = sum;
      }
    }
    for (let y = 0; y < height; y++) {
      const { first, weights } = down[y]!;
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * narrow[(first + k) * width + x]!;
        pixels[(plane * height + y) * width + x] = Math.min(255, Math.max(0, Math.floor(sum + 0.5)));
      }
    }
  }
  return pixels;
}

/** Which source pixels make up each target pixel, and with what weights; the weights sum to 1. */
function taps(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = from / to;
  const support = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const last = Math.min(from, Math.floor(centre + support + 0.5));
    const raw = Array.from({ length: last - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / support)),
    );
    const total = raw.reduce((sum, w) => sum + w, 0);
    return { first, weights: raw.map((w) => w / total) };
  });
}

/**
 * Images with 1 or 3 channels. Colour to grey: luma of ITU-R BT.601 (0.299 R + 0.587 G + 0.114 B, rounded); grey to
 * colour: three equal channels.
 */
export function convertChannels(set: ImageSet, channels: number): ImageSet {
  if (channels === set.channels) return set;
  if (!(channels === 1 && set.channels === 3) && !(channels === 3 && set.channels === 1)) {
    throw new GraftError('unsupported', {
      what: `conversion of images from ${set.channels} to ${channels} channels`,
      reason: 'only 3 to 1 (colour to grey) and 1 to 3 are defined',
    });
  }
  const area = set.height * set.width;
  const pixels = new Uint8Array(set.count * channels * area);
  for (let i = 0; i < set.count; i++) {
    const image = set.pixels.subarray(i * imageSize(set), (i + 1) * imageSize(set));
    if (channels === 3) {
      for (let c = 0; c < 3; c++) pixels.set(image, (i * 3 + c) * area);
      continue;
    }
    for (let p = 0; p < area; p++) {
      const luma = 0.299 * image[p]! + 0.587 * image[area + p]! + 0.114 * image[2 * area + p]!;
      pixels[i * area + p] = Math.floor(luma + 0.5);
    }
  }
  return withStep(
    { ...set, channels, pixels },
    channels === 1 ? 'colour to grey (BT.601 luma)' : 'grey to RGB',
  );
}

/** Images with light and dark swapped: 255 - v. */
export function invertImages(set: ImageSet): ImageSet {
  return withStep({ ...set, pixels: set.pixels.map((v) => 255 - v) }, 'inverted');
}
