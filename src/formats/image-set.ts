import { join } from 'node:path';
import { GraftError, isGraftError } from '../errors.ts';
import { badFile, showCount } from './bad-file.ts';
import { type Colour, decodeImage, inspectImage, type PictureInfo } from './decode-image.ts';
import { cutPatches, type Fit, fitPicture, type ImageShape, patchGrid } from './fit-picture.ts';
import { settleInOrder } from './map-in-order.ts';
import type { NumericArray } from './numeric-array.ts';

/** Where an image comes from: its name, and its file's bytes when they are needed. */
export interface ImageSource {
  /** The path below the folder or in the archive, or the row of a table. */
  readonly name: string;
  read(): Uint8Array;
}

/** How images are brought to one shape. */
export interface ImageOptions {
  /** The size of each image; without it, all images must have the same. */
  readonly size?: { readonly height: number; readonly width: number };
  /** Instead of resizing, cuts each image into whole squares of this many pixels, from the top left, row by row. */
  readonly patch?: number;
  /**
   * 1 (grey) or 3 (red, green, blue); without it 3 if any image has colour. Colour becomes grey as
   * 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).
   */
  readonly channels?: 1 | 3;
  /**
   * How an image of another aspect ratio fits `size`: `cover` takes its largest centred part (the default), `contain`
   * all of it with background around, `fill` stretches it.
   */
  readonly fit?: Fit;
  /** What transparent pixels are laid over; black without it. */
  readonly background?: Colour;
}

/** Images of one shape. */
export interface ImageSet {
  /** `[count, channels, height, width]`, uint8. */
  readonly images: NumericArray;
  /** The name of each; that of a patch ends in `#row,column`. */
  readonly names: readonly string[];
  /** The index of the source that each comes from: equal for the patches of one image. */
  readonly sources: Int32Array;
}

/**
 * Decodes images and brings them to one shape, in the order of `sources`. Resampling is antialiased bicubic
 * (`resizePlane`) on unrounded values, rounded to 0 .. 255 at the end. `path` is for errors.
 * Fails with `bad-file`: an image that is damaged or smaller than a patch; with `bad-data` where images have several sizes
 * and none is asked for; with `conflict` and `invalid-value` for options.
 */
export async function readImageSet(
  sources: readonly ImageSource[],
  path: string,
  options: ImageOptions = {},
): Promise<ImageSet> {
  checkOptions(options);
  const { patch, fit = 'cover', background = [0, 0, 0] } = options;
  const paths = sources.map(({ name }) => join(path, name));
  const inspect = (source: ImageSource, i: number) => inspectImage(source.read(), paths[i]!);
  // Where one is damaged, damage beyond the first bytes of others is looked for, too.
  const infos = await readAll(sources, inspect, async (source, i) => {
    await inspect(source, i);
    await decodeImage(source.read(), paths[i]!, background);
  });
  const shape: ImageShape = {
    channels: options.channels ?? (infos.some(({ colour }) => colour) ? 3 : 1),
    ...(patch === undefined
      ? (options.size ?? commonSize(infos, sources, path))
      : { height: patch, width: patch }),
  };
  const starts = [0];
  for (const [i, info] of infos.entries())
    starts.push(starts[i]! + (patch === undefined ? 1 : patchCount(info, patch, paths[i]!)));
  const total = starts.at(-1)!;
  const size = shape.channels * shape.height * shape.width;
  const data = allocate(total * size);
  await readAll(sources, async (source, i) => {
    const picture = await decodeImage(source.read(), paths[i]!, background);
    const values =
      patch === undefined
        ? fitPicture(picture, shape, fit, background)
        : cutPatches(picture, patch, shape.channels);
    data.set(values, starts[i]! * size);
  });
  const owners = Int32Array.from({ length: total }, () => 0);
  const names = sources.flatMap(({ name }, i) => {
    owners.fill(i, starts[i], starts[i + 1]);
    if (patch === undefined) return [name];
    const [rows, columns] = patchGrid(infos[i]!, patch);
    return Array.from(
      { length: rows * columns },
      (_, k) => `${name}#${Math.floor(k / columns)},${k % columns}`,
    );
  });
  const images: NumericArray = {
    dtype: 'uint8',
    shape: [total, shape.channels, shape.height, shape.width],
    data,
  };
  return { images, names, sources: owners };
}

function checkOptions({ size, patch, channels, background, fit }: ImageOptions): void {
  if (patch !== undefined && (size !== undefined || fit !== undefined))
    throw new GraftError('conflict', {
      first: 'patch',
      second: size === undefined ? 'fit' : 'size',
      reason: 'patches are cut, not resized',
    });
  const whole = (n: number) => Number.isInteger(n) && n >= 1 && n <= 16_384;
  const fail = (what: string, received: unknown, allowed: string) => {
    throw new GraftError('invalid-value', { what, received, allowed });
  };
  if (patch !== undefined && !whole(patch)) fail('patch', patch, 'a whole number from 1 to 16384');
  if (size !== undefined && !(whole(size.height) && whole(size.width)))
    fail('size', size, 'height and width, whole numbers from 1 to 16384');
  if (channels !== undefined && channels !== 1 && channels !== 3)
    fail('channels', channels, '1 (grey) or 3 (colour)');
  if (background !== undefined && !(background.length === 3 && background.every((v) => v >= 0 && v <= 255)))
    fail('background', background, 'red, green and blue from 0 to 255');
}

/** Side that a message proposes at most. */
const PROPOSED = 64;

/** The one size of all images. Where they have several, the error names the smallest and the largest. */
function commonSize(
  infos: readonly PictureInfo[],
  sources: readonly ImageSource[],
  path: string,
): { height: number; width: number } {
  const { height, width } = infos[0]!;
  if (infos.every((info) => info.height === height && info.width === width)) return { height, width };
  const order = infos.map((_, i) => i).sort((a, b) => area(infos[a]!) - area(infos[b]!));
  const sides = infos.map((info) => Math.min(info.height, info.width)).sort((a, b) => a - b);
  const medianSide = sides[Math.floor(sides.length / 2)]!;
  const [smallest, largest] = [order[0]!, order.at(-1)!];
  const shown = (i: number) => `${infos[i]!.width} x ${infos[i]!.height} pixels (${sources[i]!.name})`;
  const count = new Set(infos.map((info) => `${info.width} x ${info.height}`)).size;
  const side = Math.min(PROPOSED, medianSide);
  throw new GraftError('bad-data', {
    what: `the images of ${path}`,
    problem: `they have ${count} sizes, from ${shown(smallest)} to ${shown(largest)}, but models see images of one size`,
    hint: `Choose it with resize, to which all are brought: resize=${side} on the command line, { path: …, resize: ${side} } in a study; fit says how (cover: the middle, contain: all of it in a frame, fill: stretched).`,
    sizes: {
      smallest: { height: infos[smallest]!.height, width: infos[smallest]!.width },
      largest: { height: infos[largest]!.height, width: infos[largest]!.width },
      medianSide,
    },
  });
}

const area = ({ height, width }: PictureInfo): number => height * width;

function patchCount(info: PictureInfo, patch: number, path: string): number {
  const [rows, columns] = patchGrid(info, patch);
  if (rows * columns === 0)
    throw badFile(
      'image',
      path,
      `its ${info.width} x ${info.height} pixels hold no patch of ${patch} x ${patch}`,
      {
        hint: `Ask for patches of at most ${Math.min(info.width, info.height)} pixels.`,
      },
    );
  return rows * columns;
}

function allocate(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw new GraftError('out-of-resource', {
      resource: 'memory for the images',
      needed: `${showCount(bytes)} bytes`,
      available: 'less than that in one piece',
      hint: 'Ask for a smaller size, or use fewer images.',
    });
  }
}

/** How many damaged images are named. */
const MOST_NAMED = 10;

/** Reads every image, so that the error names all that are damaged: where one is, more are likely to be. */
async function readAll<R>(
  sources: readonly ImageSource[],
  read: (source: ImageSource, index: number) => Promise<R>,
  readFurther?: (source: ImageSource, index: number) => Promise<unknown>,
): Promise<R[]> {
  const outcomes = await settleInOrder(sources, read);
  if (readFurther !== undefined && outcomes.some(({ status }) => status === 'rejected'))
    await readAll(sources, readFurther);
  const failed = outcomes.flatMap((outcome, i) =>
    outcome.status === 'rejected' ? [{ reason: outcome.reason as unknown, name: sources[i]!.name }] : [],
  );
  const [first, ...others] = failed;
  if (first === undefined) return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<R>).value);
  // Anything but damage, such as a file that went away, speaks for itself.
  const other = failed.find(({ reason }) => !isGraftError(reason, 'bad-file'));
  if (other !== undefined) throw other.reason;
  if (others.length === 0 || !isGraftError(first.reason, 'bad-file')) throw first.reason;
  const named = others.slice(0, MOST_NAMED).map(({ name }) => name);
  const rest = others.length - named.length;
  const hint = `${showCount(others.length)} more could not be read: ${named.join(', ')}${rest > 0 ? ` and ${showCount(rest)} others` : ''}.`;
  const { facts } = first.reason;
  throw new GraftError(
    'bad-file',
    { ...facts, hint: facts.hint === undefined ? hint : `${facts.hint} ${hint}` },
    { cause: first.reason },
  );
}
