import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GraftError, isGraftError } from '../errors.ts';
import { makeFolder } from '../formats/atomic-file.ts';
import { readResultFile, removeTemporaries, writeResultFile } from '../store/step-files.ts';
import { addSeconds, type Seconds, type StepFailure } from '../store/step-record.ts';
import type { Step, StepContext, StepEvent } from '../study/step.ts';
import { endWithParent } from './orphan-watch.ts';
import type { RunnerModule, WorkerOrder, WorkerReport, WorkerSetup } from './worker-protocol.ts';

/**
 * The program of a worker process: takes one step after the other from its parent and runs it in the step's folder.
 * It ends when its parent lets go of it or dies, and ignores the terminal's Ctrl-C: the parent decides what that means.
 */

const beatInterval = 1000;
/** Milliseconds between progress messages within one phase. */
const progressInterval = 100;

let setup: WorkerSetup;
let runner: RunnerModule;
let abort: AbortController | undefined;

endWithParent(Number(process.argv[2]));
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
// Asked to end by somebody else than the parent: without a step it ends; with one it saves what was done and gives the
// step back to the parent, which may hand it out again.
for (const signal of ['SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (abort === undefined) process.exit(0);
    abort.abort();
  });

process.on('message', (order: WorkerOrder) => {
  switch (order.type) {
    case 'setup':
      setup = order.setup;
      void load();
      break;
    case 'run':
      void run(order.step, order.earlier);
      break;
    case 'abort':
      abort?.abort();
      break;
  }
});

function report(message: WorkerReport): void {
  if (process.connected) process.send!(message);
}

async function load(): Promise<void> {
  runner = (await import(pathToFileURL(setup.runner).href)) as RunnerModule;
  report({ type: 'ready' });
}

async function run(step: Step, earlier: Seconds): Promise<void> {
  const { id } = step;
  const controller = new AbortController();
  abort = controller;
  const startWall = performance.now();
  const startCpu = process.cpuUsage();
  const seconds = (): Seconds => {
    const { user, system } = process.cpuUsage(startCpu);
    return { wall: (performance.now() - startWall) / 1000, cpu: (user + system) / 1e6 };
  };
  const beat = setInterval(() => report({ type: 'beat', id, seconds: seconds() }), beatInterval);
  try {
    const directory = join(setup.stepsFolder, id);
    makeFolder(directory);
    removeTemporaries(directory);
    // A worker may have died between its last write and saying so.
    const finished = readResultFile(directory);
    if (finished !== undefined)
      return report({ type: 'done', id, result: finished.result, seconds: seconds() });
    const result = await runner.runStep(step, createContext(step, directory, earlier, controller.signal));
    writeResultFile(directory, step, result, addSeconds(earlier, seconds()));
    report({ type: 'done', id, result, seconds: seconds() });
  } catch (error) {
    // Work that could not be saved (a full disk) is no interruption, even when somebody asked for one.
    if (controller.signal.aborted && isGraftError(error, 'interrupted'))
      report({ type: 'interrupted', id, seconds: seconds() });
    else report({ type: 'failed', id, failure: failureOf(error), seconds: seconds() });
  } finally {
    clearInterval(beat);
    abort = undefined;
  }
}

function createContext(step: Step, directory: string, earlier: Seconds, signal: AbortSignal): StepContext {
  return {
    directory,
    base: setup.base,
    dependency(id) {
      if (!step.needs.includes(id)) throw new Error(`step ${step.id} reads ${id} without needing it`);
      const folder = join(setup.stepsFolder, id);
      const finished = readResultFile(folder);
      if (finished === undefined)
        throw new GraftError('file-not-found', {
          path: folder,
          what: 'result of a step that was finished',
          hint: 'Run the study again: it is made anew.',
        });
      return { directory: folder, result: finished.result };
    },
    now: () => performance.now(),
    emit: createEmitter(step.id),
    signal,
    threads: setup.threads,
    device: setup.device,
    earlier,
  };
}

/** Sends events on, but of progress within a phase only as much as a display can show. */
function createEmitter(id: string): (event: StepEvent) => void {
  let phase: string | undefined;
  let last = -Infinity;
  return (event) => {
    if (event.type === 'progress') {
      const now = performance.now();
      if (event.phase === phase && event.done < event.total && now - last < progressInterval) return;
      phase = event.phase;
      last = now;
    }
    report({ type: 'event', id, event });
  };
}

function failureOf(error: unknown): StepFailure {
  if (error instanceof GraftError)
    return {
      kind: 'error',
      code: error.code,
      message: error.message,
      facts: JSON.parse(JSON.stringify(error.facts)),
    };
  if (!(error instanceof Error)) return { kind: 'unexpected', message: String(error) };
  return { kind: 'unexpected', message: error.message, facts: { stack: error.stack ?? '' } };
}
