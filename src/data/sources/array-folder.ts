import { basename, join } from 'node:path';
import { badFile } from '../../formats/bad-file.ts';
import { readIdx } from '../../formats/idx.ts';
import { readNpy } from '../../formats/npy.ts';
import { readNpz } from '../../formats/npz.ts';
import type { ImageSet } from '../data-set.ts';
import { type ArrayImageOptions, imagesOfArrays, type NamedArray } from './array-images.ts';
import { readSource } from './source-file.ts';

/** Endings of files that hold arrays. */
const arrayFile = /(\.npy|\.npz|[-.]ubyte(\.gz)?|\.idx\d?(\.gz)?)$/i;

/** Whether a file of this name holds arrays (IDX, npy, npz). */
export function isArrayFile(name: string): boolean {
  return arrayFile.test(name);
}

export interface ArrayFolderOptions extends ArrayImageOptions {
  /** The array of an npz that holds the images, and the one that holds their classes. */
  readonly field?: string;
  readonly label?: string;
}

/**
 * The images in array files: MNIST's layout (`train-images-idx3-ubyte.gz`, …), npy, npz with any number of arrays.
 * `names` are relative to `folder`.
 */
export function readArrayFiles(
  name: string,
  folder: string,
  names: readonly string[],
  options: ArrayFolderOptions = {},
): ImageSet {
  const arrays = names.flatMap((file) => arraysOf(join(folder, file), file, options));
  if (arrays.length === 0) throw badFile('image array', folder, 'it holds no arrays');
  return imagesOfArrays(name, folder, arrays, options);
}

/** `readArrayFiles` on one file. */
export function readArrayFile(name: string, path: string, options: ArrayFolderOptions = {}): ImageSet {
  return imagesOfArrays(name, path, arraysOf(path, basename(path), options), options);
}

function arraysOf(path: string, name: string, { field, label }: ArrayFolderOptions): NamedArray[] {
  const { bytes, file } = readSource(path, 'array', name);
  if (/\.npy$/i.test(name)) return [{ name, array: readNpy(bytes, path), file }];
  if (!/\.npz$/i.test(name)) return [{ name, array: readIdx(bytes, path), file }];
  const wanted = [field, label].filter((key) => key !== undefined);
  const arrays = readNpz(bytes, path, (key) => field === undefined || wanted.includes(key));
  for (const key of wanted) {
    if (arrays.has(key)) continue;
    throw badFile('NPZ', path, `it has no array '${key}'`, {
      hint: `Arrays there: ${[...readNpz(bytes, path).keys()].join(', ')}.`,
    });
  }
  return Array.from(arrays, ([key, array]) => ({ name: `${name}:${key}`, array, file }));
}
