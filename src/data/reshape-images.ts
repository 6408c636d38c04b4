import { GraftError } from '../errors.ts';
import { type Fit, fitPicture } from '../formats/fit-picture.ts';
import { type ImageSet, imageAt, withStep } from './data-set.ts';

/** The shape that images are brought to; what is left out stays. */
export interface ImageShapeChange {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: 1 | 3;
  /** 'pad': unchanged in the middle of a black (0) frame; the others as `fitPicture` says. */
  readonly fit?: Fit | 'pad';
}

/**
 * Images of another size or number of channels. Resampling is antialiased bicubic, colour becomes grey as BT.601 luma,
 * grey becomes three equal channels: as for images read from files. 'pad' refuses images that are larger than the
 * frame. Every change is a step of the set's provenance.
 */
export function reshapeImages(set: ImageSet, change: ImageShapeChange): ImageSet {
  const { height = set.height, width = set.width, fit = 'cover' } = change;
  const channels = change.channels ?? (set.channels as 1 | 3);
  if (height === set.height && width === set.width && channels === set.channels) return set;
  let out = set;
  if (channels !== set.channels) {
    const step = channels === 1 ? 'colour to grey (BT.601 luma)' : 'grey to RGB';
    out = withStep(fitAll(out, out.height, out.width, channels, 'fill'), step);
  }
  if (height === set.height && width === set.width) return out;
  const resized = fit === 'pad' ? pad(out, height, width) : fitAll(out, height, width, channels, fit);
  const how = fit === 'pad' ? 'padded with 0' : `${fit}, antialiased bicubic`;
  return withStep(resized, `resized ${set.height}x${set.width} to ${height}x${width} (${how})`);
}

/** Images with light and dark swapped: 255 - v. */
export function invertImages(set: ImageSet): ImageSet {
  return withStep({ ...set, pixels: set.pixels.map((v) => 255 - v) }, 'inverted');
}

function fitAll(set: ImageSet, height: number, width: number, channels: 1 | 3, fit: Fit): ImageSet {
  const area = set.height * set.width;
  const size = channels * height * width;
  const pixels = new Uint8Array(set.count * size);
  const data = new Uint8Array(area * 3);
  for (let i = 0; i < set.count; i++) {
    const image = imageAt(set, i);
    for (let p = 0; p < area; p++) {
      for (let c = 0; c < 3; c++) data[3 * p + c] = image[(set.channels === 3 ? c * area : 0) + p]!;
    }
    const picture = { width: set.width, height: set.height, white: 255, data };
    pixels.set(fitPicture(picture, { channels, height, width }, fit, [0, 0, 0]), i * size);
  }
  return { ...set, channels, height, width, pixels };
}

function pad(set: ImageSet, height: number, width: number): ImageSet {
  if (set.height > height || set.width > width) {
    throw new GraftError('invalid-value', {
      what: "image size for fit 'pad'",
      received: [height, width],
      allowed: `at least the images' own size, [${set.height}, ${set.width}]`,
      hint: "Another fit ('cover', 'contain', 'fill') makes images smaller.",
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
  return { ...set, height, width, pixels };
}
