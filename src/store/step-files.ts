import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { syncFolder, writeError, writeFileAtomic } from '../formats/atomic-file.ts';
import type { Json } from '../study/step.ts';
import type { Seconds } from './step-record.ts';

const resultFile = 'result.json';

/** What a step's folder says of it once it is finished. */
export interface FinishedStep {
  readonly result: Json;
  /** What all its attempts used; absent in folders that older versions wrote. */
  readonly seconds?: Seconds;
  /** When the result was written, in milliseconds since 1970. */
  readonly finishedAt: number;
}

const resultContent = z.object({
  result: z.custom<Json>((value) => value !== undefined),
  seconds: z.object({ wall: z.number(), cpu: z.number() }).optional(),
});

/** A finished step's result as it lies in its folder; undefined where the step is not finished. */
export function readResultFile(folder: string): FinishedStep | undefined {
  let text: string;
  let finishedAt: number;
  const path = join(folder, resultFile);
  try {
    text = fs.readFileSync(path, 'utf8');
    finishedAt = Math.round(fs.statSync(path).mtimeMs);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new GraftError('bad-file', { path, format: 'result', problem: (error as Error).message });
  }
  try {
    const { result, seconds } = resultContent.parse(JSON.parse(text));
    return { result, finishedAt, ...(seconds === undefined ? {} : { seconds }) };
  } catch (cause) {
    throw new GraftError(
      'bad-file',
      {
        path,
        format: 'result',
        problem: 'its content is damaged',
        hint: 'Delete it and run the study again: the step is then run again.',
      },
      { cause },
    );
  }
}

/** Renames a result file that cannot be read, so that the step counts as not finished; returns its new path. */
export function putResultAside(folder: string): string {
  const aside = join(folder, 'result.damaged.json');
  guarded(aside, () => fs.renameSync(join(folder, resultFile), aside));
  return aside;
}

/** True where the step in this folder was finished. */
export function hasResultFile(folder: string): boolean {
  return fs.existsSync(join(folder, resultFile));
}

/**
 * Ends a step: all that it wrote is made durable, then `result.json` is written, which says that it is finished, with
 * what its attempts used, so that this is known without the database. Fails with `cannot-write`.
 */
export function writeResultFile(
  folder: string,
  step: { readonly id: string },
  result: Json,
  seconds: Seconds,
): void {
  syncTree(folder);
  writeFileAtomic(join(folder, resultFile), JSON.stringify({ step: step.id, result, seconds }));
  // The folder itself is new as well.
  guarded(folder, () => syncFolder(dirname(folder)));
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
  for (const entry of guarded(folder, () => fs.readdirSync(folder, { withFileTypes: true }))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) guarded(path, () => syncFile(path));
  }
  guarded(folder, () => syncFolder(folder));
}

function syncFile(path: string): void {
  // Copies of files that nobody may write are synced as well; Windows syncs only what it may write.
  const file = fs.openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw writeError(error, path);
  }
}
