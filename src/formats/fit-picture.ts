import type { Colour, Picture } from './decode-image.ts';
import { type Region, resizePlane } from './resize-image.ts';

/** How an image of another aspect ratio fits a size. */
export type Fit = 'cover' | 'contain' | 'fill';

/** The shape of one image: `[channels, height, width]`. */
export interface ImageShape {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/**
 * Brings a picture to a shape; returns `[channels, height, width]` as 8-bit values. `cover` resamples its largest
 * centred part of the wanted aspect ratio, `contain` all of it (whole pixels, centred, `background` around), `fill`
 * all of it, stretched. A picture that has the size already keeps its values.
 */
export function fitPicture(picture: Picture, shape: ImageShape, fit: Fit, background: Colour): Uint8Array {
  const { channels, height, width } = shape;
  const out = new Uint8Array(channels * height * width);
  const region = regionOf(picture, shape, fit);
  const inner = fit === 'contain' ? innerSize(picture, shape) : { height, width };
  const top = Math.floor((height - inner.height) / 2);
  const left = Math.floor((width - inner.width) / 2);
  for (let channel = 0; channel < channels; channel++) {
    const plane = planeOf(picture, channels, channel);
    const same =
      region.width === inner.width &&
      region.height === inner.height &&
      region.width === picture.width &&
      region.height === picture.height;
    const resized = same
      ? plane
      : resizePlane(plane, picture.width, picture.height, region, inner.width, inner.height);
    const target = out.subarray(channel * height * width, (channel + 1) * height * width);
    if (fit === 'contain') target.fill(toByte(channels === 3 ? background[channel]! : greyOf(...background)));
    for (let y = 0; y < inner.height; y++)
      for (let x = 0; x < inner.width; x++)
        target[(top + y) * width + left + x] = toByte(resized[y * inner.width + x]!);
  }
  return out;
}

/** How many whole squares of `side` pixels a picture holds: down and across. */
export function patchGrid(
  picture: { height: number; width: number },
  side: number,
): [rows: number, columns: number] {
  return [Math.floor(picture.height / side), Math.floor(picture.width / side)];
}

/** Cuts a picture into whole squares from the top left, row by row: `[patches, channels, side, side]`, 8-bit values. */
export function cutPatches(picture: Picture, side: number, channels: 1 | 3): Uint8Array {
  const [rows, columns] = patchGrid(picture, side);
  const area = side * side;
  const out = new Uint8Array(rows * columns * channels * area);
  for (let channel = 0; channel < channels; channel++) {
    const plane = planeOf(picture, channels, channel);
    for (let patch = 0; patch < rows * columns; patch++) {
      const top = Math.floor(patch / columns) * side;
      const left = (patch % columns) * side;
      const base = (patch * channels + channel) * area;
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++)
          out[base + y * side + x] = toByte(plane[(top + y) * picture.width + left + x]!);
    }
  }
  return out;
}

/** Grey of a colour: ITU-R BT.601 luma. */
function greyOf(red: number, green: number, blue: number): number {
  return (299 * red + 587 * green + 114 * blue) / 1000;
}

/** One channel as numbers from 0 to 255 (16-bit samples are not rounded). */
function planeOf({ data, height, width, white }: Picture, channels: 1 | 3, channel: number): Float32Array {
  const plane = new Float32Array(height * width);
  const scale = 255 / white;
  for (let i = 0; i < plane.length; i++)
    plane[i] =
      scale *
      (channels === 3 ? data[3 * i + channel]! : greyOf(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!));
  return plane;
}

function regionOf({ height, width }: Picture, shape: ImageShape, fit: Fit): Region {
  const whole = { left: 0, top: 0, width, height };
  if (fit !== 'cover') return whole;
  const aspect = shape.width / shape.height;
  if (width > height * aspect) {
    const part = height * aspect;
    return { ...whole, left: (width - part) / 2, width: part };
  }
  const part = width / aspect;
  return { ...whole, top: (height - part) / 2, height: part };
}

function innerSize({ height, width }: Picture, shape: ImageShape): { height: number; width: number } {
  const scale = Math.min(shape.height / height, shape.width / width);
  return {
    height: Math.max(1, Math.round(height * scale)),
    width: Math.max(1, Math.round(width * scale)),
  };
}

function toByte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
