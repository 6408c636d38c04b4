import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { readFileChecked } from '../../formats/read-file-checked.ts';
import type { SourceFile } from '../data-set.ts';

/** A file's bytes, and how provenance names it: by `name`, or its own name. */
export function readSource(
  path: string,
  format: string,
  name = basename(path),
): { bytes: Uint8Array; file: SourceFile } {
  const bytes = readFileChecked(path, format);
  return { bytes, file: { path: name, sha256: createHash('sha256').update(bytes).digest('hex') } };
}
