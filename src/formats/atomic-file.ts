import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { GraftError } from '../errors.ts';

let counter = 0;

/**
 * Writes a file so that a reader, and a machine that loses power at any moment, sees either the old content or the
 * new: a temporary file (`.<name>.<process>-<n>.tmp`) in the same folder, synced, renamed, and the folder synced.
 * Content in several parts is written one after the other. The folder must exist.
 * Fails with `cannot-write` (no space, read-only, no permission, …); the temporary file is removed and an older file
 * of that name is as it was.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array | readonly Uint8Array[]): void {
  const folder = dirname(path);
  let temporary: string | undefined;
  let file: number | undefined;
  try {
    [file, temporary] = createTemporary(path);
    const parts =
      typeof content === 'string'
        ? [Buffer.from(content)]
        : content instanceof Uint8Array
          ? [content]
          : content;
    for (const part of parts) writeAll(file, part);
    fs.fsyncSync(file);
    fs.closeSync(file);
    file = undefined;
    fs.renameSync(temporary, path);
    temporary = undefined;
    syncFolder(folder);
  } catch (error) {
    if (file !== undefined) attempt(() => fs.closeSync(file!));
    if (temporary !== undefined) attempt(() => fs.unlinkSync(temporary!));
    throw writeError(error, path);
  }
}

/** Makes a folder and those above it, if they are not there. Fails with `cannot-write`. */
export function makeFolder(path: string): void {
  try {
    makeBelow(resolve(path));
  } catch (error) {
    throw writeError(error, path);
  }
}

/**
 * Node's own recursive `mkdir` never returns where a file system says that a folder does not exist whose parent does
 * (Linux's /proc): it makes the parent, tries again, and so on for ever.
 */
function makeBelow(path: string): void {
  const above = dirname(path);
  for (let tries = 0; ; tries++) {
    try {
      fs.mkdirSync(path);
      return;
    } catch (error) {
      if (isFolder(path)) return;
      if (codeOf(error) !== 'ENOENT') throw error;
      if (tries > 0 || isFolder(above))
        throw new GraftError(
          'cannot-write',
          {
            path,
            reason: 'the system lets no folder be made there',
            hint: 'Choose a folder that can be written.',
          },
          { cause: error },
        );
      makeBelow(above);
    }
  }
}

const isFolder = (path: string): boolean =>
  fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function createTemporary(path: string): [file: number, temporary: string] {
  // A temporary file left by a killed process that had this one's number is stepped over.
  for (let tries = 0; ; tries++) {
    const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${counter++}.tmp`);
    try {
      return [fs.openSync(temporary, 'wx'), temporary];
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || tries === 1000) throw error;
    }
  }
}

/** At most this much in one system call: Linux writes no more than 2 GiB at once. */
const largestWrite = 1 << 30;

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; )
    done += fs.writeSync(file, bytes, done, Math.min(bytes.length - done, largestWrite));
}

/** Makes a rename durable. Windows and some network file systems cannot sync a folder: there the rename stands as it is. */
export function syncFolder(folder: string): void {
  let handle: number | undefined;
  try {
    handle = fs.openSync(folder, 'r');
    fs.fsyncSync(handle);
  } catch (error) {
    if (!['EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EACCES', 'EBADF'].includes(codeOf(error) ?? ''))
      throw error;
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}

const reasons: Readonly<Record<string, { reason: string; hint?: string }>> = {
  ENOSPC: { reason: 'there is no space left on the disk', hint: 'Free some space and run it again.' },
  EDQUOT: { reason: 'your disk quota is used up', hint: 'Free some space and run it again.' },
  EROFS: { reason: 'the file system is read-only', hint: 'Choose a folder that can be written.' },
  EACCES: { reason: 'you have no permission to write there', hint: 'Choose a folder that can be written.' },
  EPERM: { reason: 'the system does not permit writing there', hint: 'Choose a folder that can be written.' },
  ENOENT: { reason: 'its folder does not exist', hint: 'Make the folder first.' },
  ENOTDIR: { reason: 'a part of its path is a file, not a folder' },
  EISDIR: { reason: 'a folder of that name is in the way' },
  ENOTEMPTY: { reason: 'a folder of that name is in the way' },
  EEXIST: { reason: 'a file of that name is in the way' },
  ENAMETOOLONG: { reason: 'the name is too long' },
  EMFILE: { reason: 'too many files are open' },
  EFBIG: { reason: 'the file would be larger than the system permits' },
  EIO: { reason: 'the disk reports an error' },
};

/** The GraftError for a failed system call on a path that was to be written. */
export function writeError(error: unknown, path: string): GraftError {
  if (error instanceof GraftError) return error;
  const code = codeOf(error);
  const known = code === undefined ? undefined : reasons[code];
  return new GraftError(
    'cannot-write',
    { path, ...(known ?? { reason: error instanceof Error ? error.message : String(error) }) },
    { cause: error },
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Cleaning up after a failure that is reported already.
  }
}
