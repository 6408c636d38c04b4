import fs from 'node:fs';
import { join } from 'node:path';
import { badFile } from './bad-file.ts';
import { readError } from './read-file-checked.ts';

/** Folders nested deeper than this are refused: no data set is, but a ring of links is. */
const deepest = 64;

/**
 * The files below a folder, as paths relative to it with `/` between the parts, sorted by code units, so that the
 * order is the same on every machine. Hidden files and folders (`.git`, `.DS_Store`) and what operating systems leave
 * behind (`__MACOSX`, `Thumbs.db`) are passed over; symbolic links are followed.
 * `what` names in errors what the folder is meant to hold. Fails with `file-not-found` and `bad-file`.
 */
export function listFiles(path: string, what: string): string[] {
  const names: string[] = [];
  const visit = (folder: string, depth: number): void => {
    if (depth > deepest)
      throw badFile(what, path, `folders are nested more than ${deepest} deep`, {
        offset: folder,
        hint: 'Perhaps a link points back to a folder above it.',
      });
    for (const entry of readFolder(join(path, folder), what)) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isLeftover(entry.name)) continue;
      const stat = entry.isSymbolicLink() ? statOf(join(path, name)) : entry;
      if (stat?.isDirectory()) visit(name, depth + 1);
      else if (stat?.isFile()) names.push(name);
    }
  };
  visit('', 0);
  return names.sort();
}

/** True for the name of a file or folder that is no data: hidden, or left behind by an operating system. */
export function isLeftover(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || name === 'Thumbs.db' || name === 'desktop.ini';
}

/** True where `path` is a folder; false where it is something else or nothing. */
export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

function readFolder(path: string, what: string): fs.Dirent[] {
  try {
    return fs.readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR' && statOf(path) !== undefined)
      throw badFile(what, path, 'it is a file, not a folder');
    throw readError(error, path, what);
  }
}

/** What a path leads to; `undefined` where it leads nowhere. */
function statOf(path: string): fs.Stats | undefined {
  return fs.statSync(path, { throwIfNoEntry: false });
}
