import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GraftError } from '../errors.ts';
import { badFile } from '../formats/bad-file.ts';
import { gunzipChecked } from '../formats/gunzip-checked.ts';
import { readFileChecked } from '../formats/read-file-checked.ts';
import type { SourceFile } from './data-set.ts';

/** No built-in file unpacks to more. */
const largest = 64 * 1024 * 1024;

/**
 * The folder of the package that the module at `url` belongs to: the nearest one above it with a package.json. So
 * it is the same from `src/` and from a bundle in `dist/`.
 */
export function packageFolder(url: string): string {
  const start = dirname(fileURLToPath(url));
  let folder = start;
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) {
      throw new GraftError('file-not-found', {
        path: join(start, 'package.json'),
        what: "Graft's package folder (there is no package.json above the program)",
        hint: 'Keep dist/ and data/ together, as npm installs them.',
      });
    }
    folder = above;
  }
  return folder;
}

/** How to make a built-in file anew, said where it is missing or damaged. */
const remedy = 'The file comes with the package: install the package again.';

/**
 * The unpacked content of the gzip file `data/<name>` of the package in `folder`, checked against its SHA-256.
 * Fails with 'file-not-found' or 'bad-file'.
 */
export function readBuiltInFile(
  name: string,
  sha256: string,
  folder: string = packageFolder(import.meta.url),
): { content: Uint8Array; file: SourceFile } {
  const path = join(folder, 'data', name);
  if (!existsSync(path)) {
    throw new GraftError('file-not-found', { path, what: 'built-in data file', hint: remedy });
  }
  const bytes = readFileChecked(path, 'built-in data');
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== sha256) {
    throw badFile('built-in data', path, `its SHA-256 is ${actual}, not ${sha256}`, { hint: remedy });
  }
  return {
    content: gunzipChecked(bytes, largest, 'built-in data', path),
    file: { path: `data/${name}`, sha256 },
  };
}
