import { mkdtempSync, rmSync } from 'node:fs';

/**
 * Makes a folder whose name begins so, runs the work in it and removes it: also where the process is told to end at once
 * in the middle of it.
 */
export async function inScratchFolder<T>(start: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(start);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await work(folder);
  } finally {
    process.off('exit', remove);
    remove();
  }
}
