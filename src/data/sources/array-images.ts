import { GraftError } from '../../errors.ts';
import { badFile, showShape } from '../../formats/bad-file.ts';
import { type NumericArray, toFloat64, toInt32 } from '../../formats/numeric-array.ts';
import type { ImageSet, SourceFile, SplitName } from '../data-set.ts';

/** An array of a file, and the split that its name speaks of. */
export interface NamedArray {
  /** File name, or file name and array name: 'mnist.npz:x_train'. */
  readonly name: string;
  readonly array: NumericArray;
  readonly file: SourceFile;
}

export interface ArrayImageOptions {
  /** Class names by number; without them, classes are named by their numbers. */
  readonly classes?: readonly string[];
  /** Whether files are classes, whatever their names say about splits. */
  readonly filesAreClasses?: boolean;
}

/**
 * One image set of the arrays of a folder or file. Arrays of two or more axes are images, integer arrays of one axis
 * are classes; a class array belongs to the images of the same split and length. 'train', 't10k', 'test',
 * 'validation' as words of all names give predefined splits; images without class arrays in files without splits
 * take the file names as classes.
 */
export function imagesOfArrays(
  name: string,
  path: string,
  arrays: readonly NamedArray[],
  options: ArrayImageOptions = {},
): ImageSet {
  const images = arrays.filter(({ array }) => array.shape.length >= 2);
  const classes = arrays.filter(({ array }) => array.shape.length === 1);
  if (images.length === 0) {
    throw badFile('image array', path, 'no array in it has two or more axes, as images have', {
      hint: 'Expected: [count, height, width], with channels before or after, or [count, pixels].',
    });
  }
  const splits = images.map((entry) => splitOf(entry.name));
  const useSplits =
    !options.filesAreClasses && splits.every((split) => split !== undefined) && new Set(splits).size > 1;
  const parts = images.map((entry) => pixelsOf(entry));
  const [first] = parts;
  parts.forEach((part, i) => {
    if (part.channels === first!.channels && part.height === first!.height && part.width === first!.width)
      return;
    throw badFile(
      'image array',
      images[i]!.name,
      `its images are ${show(part)}, but those of ${images[0]!.name} ${show(first!)}`,
    );
  });
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const size = first!.channels * first!.height * first!.width;
  const pixels = new Uint8Array(count * size);
  const starts = [0];
  for (const part of parts) {
    pixels.set(part.pixels, starts.at(-1)! * size);
    starts.push(starts.at(-1)! + part.count);
  }
  const labels =
    options.filesAreClasses || (classes.length === 0 && !useSplits && images.length > 1)
      ? fileLabels(images, starts)
      : arrayLabels(images, starts, classes, options.classes);
  const predefined: Partial<Record<SplitName, Int32Array>> = {};
  if (useSplits) {
    for (const split of new Set(splits as SplitName[])) {
      predefined[split] = Int32Array.from(
        splits.flatMap((other, i) => (other === split ? range(starts[i]!, starts[i + 1]!) : [])),
      );
    }
  }
  const files = new Map(arrays.map(({ file }) => [file.path, file]));
  return {
    kind: 'image',
    name,
    count,
    channels: first!.channels,
    height: first!.height,
    width: first!.width,
    pixels,
    ...(labels && { labels }),
    ...(useSplits && { predefined }),
    provenance: { files: [...files.values()], steps: [] },
  };
}

const words: Record<SplitName, RegExp> = {
  test: /(^|[^a-z])(test|t10k)([^a-z]|$)/i,
  validation: /(^|[^a-z])(validation|valid|val|dev)([^a-z]|$)/i,
  train: /(^|[^a-z])(train|training)([^a-z]|$)/i,
};

/** The split that a file or array name speaks of. */
export function splitOf(name: string): SplitName | undefined {
  return (['test', 'validation', 'train'] as const).find((split) => words[split].test(name));
}

interface Pixels {
  count: number;
  channels: number;
  height: number;
  width: number;
  pixels: Uint8Array;
}

const show = ({ channels, height, width }: Pixels) => `${channels}x${height}x${width}`;

/** Images as [count, channels, height, width], 0..255, whatever the layout and type of the array. */
function pixelsOf({ name, array }: NamedArray): Pixels {
  const { shape } = array;
  const values = bytesOf(name, array);
  const count = shape[0]!;
  if (shape.length === 2) {
    const side = Math.sqrt(shape[1]!);
    if (Number.isInteger(side)) return { count, channels: 1, height: side, width: side, pixels: values };
    const colourSide = Math.sqrt(shape[1]! / 3);
    if (Number.isInteger(colourSide)) {
      return { count, channels: 3, height: colourSide, width: colourSide, pixels: values };
    }
  }
  if (shape.length === 3) {
    return { count, channels: 1, height: shape[1]!, width: shape[2]!, pixels: values };
  }
  if (shape.length === 4) {
    const isColour = (n: number) => n === 1 || n === 3 || n === 4;
    if (isColour(shape[1]!) && !isColour(shape[3]!)) {
      return dropAlpha({ count, channels: shape[1]!, height: shape[2]!, width: shape[3]!, pixels: values });
    }
    if (isColour(shape[3]!)) {
      return dropAlpha(channelsFirst(values, count, shape[1]!, shape[2]!, shape[3]!));
    }
  }
  throw badFile('image array', name, `its shape is ${showShape(shape)}`, {
    hint: 'Allowed: [count, height, width], [count, height, width, channels], [count, channels, height, width] with 1, 3 or 4 channels, or [count, pixels] of squares.',
  });
}

function channelsFirst(
  values: Uint8Array,
  count: number,
  height: number,
  width: number,
  channels: number,
): Pixels {
  const area = height * width;
  const pixels = new Uint8Array(values.length);
  for (let i = 0; i < count; i++) {
    for (let p = 0; p < area; p++) {
      for (let c = 0; c < channels; c++) {
        pixels[(i * channels + c) * area + p] = values[(i * area + p) * channels + c]!;
      }
    }
  }
  return { count, channels, height, width, pixels };
}

/** Four channels are red, green, blue and opacity: laid over black. */
function dropAlpha(part: Pixels): Pixels {
  if (part.channels !== 4) return part;
  const area = part.height * part.width;
  const pixels = new Uint8Array(part.count * 3 * area);
  for (let i = 0; i < part.count; i++) {
    for (let c = 0; c < 3; c++) {
      for (let p = 0; p < area; p++) {
        const alpha = part.pixels[(i * 4 + 3) * area + p]! / 255;
        pixels[(i * 3 + c) * area + p] = Math.round(alpha * part.pixels[(i * 4 + c) * area + p]!);
      }
    }
  }
  return { ...part, channels: 3, pixels };
}

/** Values 0..255: whole numbers as they are, truth values and fractions in [0, 1] times 255. */
function bytesOf(name: string, array: NumericArray): Uint8Array {
  const { dtype, data } = array;
  if (dtype === 'uint8') return data as Uint8Array;
  if (dtype === 'bool') return Uint8Array.from(data as Uint8Array, (v) => v * 255);
  const values = toFloat64(array);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, v] of values.entries()) {
    if (!Number.isFinite(v)) throw badFile('image array', name, `value ${i} is ${v}`);
    least = Math.min(least, v);
    most = Math.max(most, v);
  }
  const isFloat = /float/.test(dtype);
  if (isFloat && least >= 0 && most <= 1) return Uint8Array.from(values, (v) => Math.round(v * 255));
  if (least >= 0 && most <= 255 && values.every(Number.isInteger)) return Uint8Array.from(values);
  throw badFile('image array', name, `its ${dtype} values go from ${least} to ${most}`, {
    hint: 'Allowed: whole numbers from 0 to 255, or fractions from 0 to 1.',
  });
}

function fileLabels(images: readonly NamedArray[], starts: readonly number[]): ImageSet['labels'] {
  const names = images.map(({ name }) => name.replace(/^.*[/:]/, '').replace(/\.[a-z0-9]+(\.gz)?$/i, ''));
  const values = new Int32Array(starts.at(-1)!);
  images.forEach((_, i) => {
    values.fill(i, starts[i], starts[i + 1]);
  });
  return { values, names };
}

function arrayLabels(
  images: readonly NamedArray[],
  starts: readonly number[],
  arrays: readonly NamedArray[],
  names: readonly string[] | undefined,
): ImageSet['labels'] {
  if (arrays.length === 0) return undefined;
  const values = new Int32Array(starts.at(-1)!).fill(-1);
  const free = [...arrays];
  images.forEach(({ name, array }, i) => {
    const count = array.shape[0]!;
    const ofSplit = free.filter((other) => splitOf(other.name) === splitOf(name));
    const match = ofSplit.find((other) => other.array.shape[0] === count);
    if (match === undefined) {
      if (ofSplit.length === 0) return;
      throw badFile(
        'class array',
        ofSplit[0]!.name,
        `it has ${ofSplit[0]!.array.shape[0]} entries for the ${count} images of ${name}`,
      );
    }
    free.splice(free.indexOf(match), 1);
    values.set(toInt32(match.array, match.name), starts[i]);
  });
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  // 255 as 'no class' is a convention of byte-sized class arrays; it is one only where classes are named.
  const unlabelled = (v: number) => v === -1 || (v === 255 && names !== undefined && names.length <= 255);
  const count = names?.length ?? most + 1;
  if (count > 65_536) {
    throw new GraftError('bad-data', {
      what: arrays[0]!.name,
      problem: `class ${most} is no number of a class`,
    });
  }
  const out = values.map((v, i) => {
    if (unlabelled(v)) return -1;
    if (v >= 0 && v < count) return v;
    throw new GraftError('bad-data', {
      what: arrays[0]!.name,
      problem: `image ${i} has class ${v}; there are ${count}, numbered from 0`,
    });
  });
  return { values: out, names: names ?? Array.from({ length: count }, (_, v) => String(v)) };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
