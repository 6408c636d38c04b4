import { constants } from 'node:buffer';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { GraftError, nearest } from '../errors.ts';
import { badFile, showCount } from './bad-file.ts';

/**
 * Reads a whole file. `format` names what the caller expects in it.
 * Fails with `file-not-found` where there is none (and names the nearest one in its folder) or it may not be read,
 * with `bad-file` where it is a folder, a device or larger than a buffer can be.
 */
export function readFileChecked(path: string, format: string): Uint8Array {
  return withFile(path, format, (read, size) => {
    if (size > constants.MAX_LENGTH)
      throw badFile(format, path, `it has ${showCount(size)} bytes, more than can be read at once`, {
        hint: `Split it into files of at most ${showCount(constants.MAX_LENGTH)} bytes.`,
      });
    return read(0, size);
  });
}

/** Reads `length` bytes from `offset` on. */
export type ReadRange = (offset: number, length: number) => Uint8Array;

/** Opens a file, hands `use` a function that reads ranges of it and its size in bytes, and closes it. */
export function withFile<T>(path: string, format: string, use: (read: ReadRange, size: number) => T): T {
  const file = openChecked(path, format);
  try {
    return use((offset, length) => readRange(file, path, format, offset, length), fs.fstatSync(file).size);
  } finally {
    fs.closeSync(file);
  }
}

function openChecked(path: string, format: string): number {
  try {
    const stat = fs.statSync(path);
    if (stat.isDirectory())
      throw badFile(format, path, 'it is a folder, not a file', { hint: folderHint(path) });
    if (!stat.isFile()) throw badFile(format, path, 'it is not a regular file');
    return fs.openSync(path, 'r');
  } catch (error) {
    if (error instanceof GraftError) throw error;
    throw readError(error, path, `${format} file`);
  }
}

/** At most this much in one system call: Linux reads no more than 2 GiB at once. */
const largestRead = 1 << 30;

function readRange(file: number, path: string, format: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    let count: number;
    try {
      count = fs.readSync(file, bytes, done, Math.min(length - done, largestRead), offset + done);
    } catch (error) {
      throw readError(error, path, `${format} file`);
    }
    if (count === 0) throw badFile(format, path, 'it became shorter while it was read');
    done += count;
  }
  return bytes;
}

/** The GraftError for a failed system call on a path that was to be read. */
export function readError(error: unknown, path: string, what: string): GraftError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const near = nearestEntry(path);
    return new GraftError(
      'file-not-found',
      { path, what, ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }) },
      { cause: error },
    );
  }
  const hint =
    code === 'EACCES' || code === 'EPERM'
      ? 'It is there, but you have no permission to read it.'
      : `Reading it failed: ${code ?? String(error)}.`;
  return new GraftError('file-not-found', { path, what, hint }, { cause: error });
}

/** The path with the most similar name in the same folder, if there is one. */
function nearestEntry(path: string): string | undefined {
  try {
    const folder = dirname(path);
    const name = nearest(path.slice(path.lastIndexOf('/') + 1), fs.readdirSync(folder).slice(0, 1000));
    return name === undefined ? undefined : join(folder, name);
  } catch {
    return undefined;
  }
}

function folderHint(path: string): string {
  let first: string | undefined;
  try {
    first = fs.readdirSync(path).sort()[0];
  } catch {
    // A folder that cannot be listed gives no example.
  }
  return first === undefined ? 'The folder is empty.' : `Give a file in it, such as ${join(path, first)}.`;
}
