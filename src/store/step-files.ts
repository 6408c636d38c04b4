import fs from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '../errors.ts';
import { writeError, writeFileAtomic } from '../formats/atomic-file.ts';
import type { Json } from '../study/step.ts';

const resultFile = 'result.json';

/** A finished step's result as it lies in its folder; undefined where the step is not finished. */
export function readResultFile(folder: string): { readonly result: Json } | undefined {
  let text: string;
  const path = join(folder, resultFile);
  try {
    text = fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new GraftError('bad-file', { path, format: 'result', problem: (error as Error).message });
  }
  try {
    return { result: (JSON.parse(text) as { result: Json }).result };
  } catch (cause) {
    throw new GraftError(
      'bad-file',
      { path, format: 'JSON', problem: 'it is damaged', hint: 'Delete it: the step is then run again.' },
      { cause },
    );
  }
}

/** True where the step in this folder was finished. */
export function hasResultFile(folder: string): boolean {
  return fs.existsSync(join(folder, resultFile));
}

/**
 * Ends a step: all that it wrote is made durable, then `result.json` is written, which says that it is finished.
 * Fails with `cannot-write`.
 */
export function writeResultFile(folder: string, step: { readonly id: string }, result: Json): void {
  syncTree(folder);
  writeFileAtomic(join(folder, resultFile), JSON.stringify({ step: step.id, result }));
}

/** Removes temporary files that a killed process left, in the folder and below it. */
export function removeTemporaries(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeTemporaries(path);
    else if (/^\..*\.\d+-\d+\.tmp$/.test(entry.name)) fs.rmSync(path, { force: true });
  }
}

/** Makes durable what was written in the folder and below it. */
function syncTree(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) sync(path, 'r+');
  }
  // Windows cannot sync a folder.
  if (process.platform !== 'win32') sync(folder, 'r');
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const file = fs.openSync(path, flags);
  try {
    fs.fsyncSync(file);
  } catch (error) {
    throw writeError(error, path);
  } finally {
    fs.closeSync(file);
  }
}
