import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface BuiltFakes {
  /** Runner module with fake steps. */
  readonly runner: string;
  readonly workerProgram: string;
  /** Program that runs a fake plan: `<workspace> <plan as JSON file> <workers>`. */
  readonly runFakePlan: string;
  /** Program that runs a real study: `<workspace> <study file> <workers>`. */
  readonly runStudy: string;
  /** Module to be loaded before a program: kills it, or others, where the environment says. */
  readonly killAt: string;
  remove(): void;
}

/** Builds what the tests run in processes of their own; node runs no TypeScript. */
export async function buildFakes(): Promise<BuiltFakes> {
  // Below node_modules, so that the built files find the packages.
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'graft-queue-'));
  await build({
    absWorkingDir: root,
    entryPoints: {
      worker: 'src/queue/worker-process.ts',
      'fake-step': 'test/queue/fake-step.ts',
      'run-fake-plan': 'test/queue/run-fake-plan.ts',
      'kill-at': 'test/queue/kill-at.ts',
      'run-step': 'src/study/run-step.ts',
      'run-study': 'test/queue/run-study.ts',
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return {
    runner: join(folder, 'fake-step.js'),
    workerProgram: join(folder, 'worker.js'),
    runFakePlan: join(folder, 'run-fake-plan.js'),
    runStudy: join(folder, 'run-study.js'),
    killAt: join(folder, 'kill-at.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
