import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { readFileChecked } from '../../formats/read-file-checked.ts';
import type { SourceFile } from '../data-set.ts';

const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

/** A file's bytes, and how provenance names it: by `name`, or its own name. */
export function readSource(
  path: string,
  format: string,
  name = basename(path),
): { bytes: Uint8Array; file: SourceFile } {
  const bytes = readFileChecked(path, format);
  return { bytes, file: { path: name, sha256: sha256(bytes) } };
}

/**
 * How provenance names files of a folder that are many: as one, with the SHA-256 of the list that `sha256sum` prints
 * for them in the given order.
 */
export function sourceFolder(path: string, names: readonly string[]): SourceFile {
  const list = names
    .map((name) => `${sha256(readFileChecked(join(path, name), 'image'))}  ${name}\n`)
    .join('');
  return { path: `${basename(path)}/ (${names.length} files)`, sha256: sha256(list) };
}
