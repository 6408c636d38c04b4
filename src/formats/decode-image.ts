import sharp, { type Sharp } from 'sharp';
import { badFile, showCount } from './bad-file.ts';
import { sniffContent } from './sniff-content.ts';

const format = 'image';

/** The kinds of image that are read; drawings (SVG) and documents are not, because rendering them is not reading. */
export const imageKinds = ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const;

/** A decoded picture: red, green and blue of each pixel, row by row, without transparency. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 255 or 65535: the value that is white. */
  readonly white: number;
  /** `[height, width, 3]`. */
  readonly data: Uint8Array | Uint16Array;
}

/** What an image's header says: its size upright, and whether it has colour. */
export interface PictureInfo {
  readonly width: number;
  readonly height: number;
  readonly colour: boolean;
}

/** A colour, each part from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** More pixels than this would take gigabytes. */
const mostPixels = 64 * 2 ** 20;

/** Reads an image's header alone. Fails with `bad-file`. */
export async function inspectImage(bytes: Uint8Array, path: string): Promise<PictureInfo> {
  return (await open(bytes, path)).info;
}

/**
 * Decodes a PNG, JPEG, WebP, GIF, TIFF or AVIF image of any size, palette, depth of 1 to 16 bits and colour space: grey
 * becomes equal red, green and blue; embedded profiles and CMYK are converted to sRGB; the camera's orientation is
 * applied; of an animation the first frame is taken. What is transparent is laid over `background`:
 * alpha * colour + (1 - alpha) * background, rounded. Fails with `bad-file`.
 */
export async function decodeImage(bytes: Uint8Array, path: string, background: Colour): Promise<Picture> {
  const { image, deep } = await open(bytes, path);
  try {
    const { data, info } = await image
      .autoOrient()
      .toColourspace(deep ? 'rgb16' : 'srgb')
      .raw({ depth: deep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const samples = deep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
    const white = deep ? 65535 : 255;
    return {
      width: info.width,
      height: info.height,
      white,
      data: layOver(samples, info.channels, white, background),
    };
  } catch (error) {
    throw damaged(path, error);
  }
}

async function open(
  bytes: Uint8Array,
  path: string,
): Promise<{ image: Sharp; deep: boolean; info: PictureInfo }> {
  const content = sniffContent(bytes);
  if (!(imageKinds as readonly string[]).includes(content.kind))
    throw badFile(format, path, content.kind === 'empty' ? 'it is empty' : `it is ${content.label}`, {
      hint: content.hint ?? `Allowed: ${imageKinds.join(', ')}.`,
    });
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: false });
  let header: Awaited<ReturnType<Sharp['metadata']>>;
  try {
    header = await image.metadata();
  } catch (error) {
    throw damaged(path, error);
  }
  const { width, height } = header.autoOrient;
  if (width * height > mostPixels)
    throw badFile(
      format,
      path,
      `it has ${showCount(width)} x ${showCount(height)} pixels; at most ${showCount(mostPixels)} are allowed`,
      { hint: 'Make it smaller first.' },
    );
  if (header.depth !== 'uchar' && header.depth !== 'ushort')
    throw badFile(format, path, `its samples are of type ${header.depth}`, {
      hint: 'Allowed: whole numbers of 1 to 16 bits. Convert it to PNG.',
    });
  const info = { width, height, colour: !['b-w', 'grey16'].includes(header.space) };
  return { image, deep: header.depth === 'ushort', info };
}

function damaged(path: string, cause: unknown) {
  const error = badFile(format, path, 'its image data are damaged or incomplete', {
    hint: 'Look at it in an image viewer, or fetch it again.',
  });
  error.cause = cause;
  return error;
}

/** Red, green and blue out of 1 to 4 channels, the last of an even number being alpha. */
function layOver(
  samples: Uint8Array | Uint16Array,
  channels: number,
  white: number,
  background: Colour,
): Uint8Array | Uint16Array {
  if (channels === 3) return samples;
  const hasAlpha = channels % 2 === 0;
  const colours = hasAlpha ? channels - 1 : channels;
  const count = samples.length / channels;
  const out = samples instanceof Uint16Array ? new Uint16Array(count * 3) : new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    const alpha = hasAlpha ? samples[i * channels + colours]! / white : 1;
    for (let c = 0; c < 3; c++) {
      const value = samples[i * channels + (colours === 1 ? 0 : c)]!;
      out[i * 3 + c] = Math.round(alpha * value + (1 - alpha) * background[c]! * (white / 255));
    }
  }
  return out;
}
