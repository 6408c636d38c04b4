import { lookUp } from '../errors.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { badFile } from './bad-file.ts';
import { readNpy, writeNpy } from './npy.ts';
import type { NumericArray } from './numeric-array.ts';
import { readFileChecked } from './read-file-checked.ts';
import { listZip, readZipEntry, writeZip, type ZipEntry } from './zip.ts';

const format = 'NPZ';
const extension = '.npy';

/**
 * Reads the arrays of a NumPy archive (a zip of `.npy` files, stored or deflated), in their order, by name without
 * `.npy`; entries of other kinds are passed over. With `select`, only arrays that it takes are decompressed.
 * Fails with `bad-file`.
 */
export function readNpz(
  bytes: Uint8Array,
  path: string,
  select: (name: string) => boolean = () => true,
): Map<string, NumericArray> {
  const arrays = new Map<string, NumericArray>();
  for (const [name, entry] of listArrays(bytes, path))
    if (select(name)) arrays.set(name, readArray(bytes, entry, path));
  return arrays;
}

/** `readNpz` on a file. */
export function readNpzFile(path: string, select?: (name: string) => boolean): Map<string, NumericArray> {
  return readNpz(readFileChecked(path, format), path, select);
}

/** One array of a NumPy archive: that of the given name (`unknown-name` if there is none), or the first. */
export function readNpzArray(bytes: Uint8Array, path: string, name?: string): NumericArray {
  const arrays = listArrays(bytes, path);
  const entry =
    name === undefined
      ? arrays.values().next().value!
      : lookUp('array', Object.fromEntries(arrays), name, path);
  return readArray(bytes, entry, path);
}

/**
 * A NumPy archive of the given arrays in their order, stored (as `numpy.savez`) or deflated (as
 * `numpy.savez_compressed`). The same arrays give the same bytes.
 */
export function writeNpz(arrays: ReadonlyMap<string, NumericArray>, deflate = false): Uint8Array {
  return writeZip(new Map([...arrays].map(([name, array]) => [name + extension, writeNpy(array)])), deflate);
}

/** `writeNpz` to a file, atomically. */
export function writeNpzFile(path: string, arrays: ReadonlyMap<string, NumericArray>, deflate = false): void {
  writeFileAtomic(path, writeNpz(arrays, deflate));
}

function listArrays(bytes: Uint8Array, path: string): Map<string, ZipEntry> {
  const arrays = new Map<string, ZipEntry>();
  for (const entry of listZip(bytes, path, format))
    if (entry.name.endsWith(extension)) arrays.set(entry.name.slice(0, -extension.length), entry);
  if (arrays.size === 0) throw badFile(format, path, 'it holds no .npy file');
  return arrays;
}

function readArray(bytes: Uint8Array, entry: ZipEntry, path: string): NumericArray {
  return readNpy(readZipEntry(bytes, entry, path, format), `${path}:${entry.name}`);
}
