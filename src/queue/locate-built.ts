import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GraftError } from '../errors.ts';

/**
 * Path of a built file that a worker process loads: beside the running program, or in `dist/` when the program runs
 * from its sources.
 */
export function locateBuilt(name: 'worker.js' | 'run-step.js'): string {
  const candidates = [`./${name}`, `../../dist/${name}`].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new GraftError('file-not-found', {
    path: candidates.at(-1)!,
    what: 'worker program',
    hint: "Build it with 'npm run build'.",
  });
}
