import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { computeOptions } from './compute-options.ts';
import type { OptionTable } from './option.ts';
import type { Terminal } from './terminal.ts';

/** Options of commands that run a plan. */
export const studyOptions = {
  workspace: {
    kind: 'text',
    value: 'FOLDER',
    summary: 'where results are kept and found again',
    fallback: 'graft-runs',
  },
  workers: {
    kind: 'number',
    value: 'N',
    summary: 'worker processes (default: one for each core and --threads)',
    whole: true,
    least: 1,
  },
  ...computeOptions,
} as const satisfies OptionTable;

/** The workspace's folder. */
export const workspaceFolder = (written: string, terminal: Terminal): string =>
  resolve(terminal.directory, written);

/** As many workers as cores, given the threads of each. */
export const workerCount = (asked: number | undefined, threads: number): number =>
  asked ?? Math.max(1, Math.floor(availableParallelism() / threads));

/** How a person would type the folder of a study: relative where that is shorter. */
export const shownPath = (folder: string, terminal: Terminal): string => {
  const prefix = join(terminal.directory, '/');
  return folder.startsWith(prefix) ? folder.slice(prefix.length) : folder;
};
