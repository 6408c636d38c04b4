import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type RecordedRun, recordedRun } from './recorded-run.ts';

/** A folder that the tests of a file run commands in: empty at first, gone after the last of them. */
export function commandFolder(name: string): {
  folder: string;
  run: (...line: string[]) => Promise<RecordedRun>;
} {
  const folder = mkdtempSync(join(tmpdir(), `graft-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, run: (...line) => recordedRun(line, folder) };
}
