import { type ChildProcess, fork } from 'node:child_process';
import type { Seconds } from '../store/step-record.ts';
import type { Step } from '../study/step.ts';
import type { WorkerOrder, WorkerReport, WorkerSetup } from './worker-protocol.ts';

/** A worker process, seen from the program that started it. */
export interface WorkerHandle {
  readonly pid: number | undefined;
  run(step: Step, earlier: Seconds): void;
  /** Asks it to save partial work and to give its step back. */
  abort(): void;
  /** Ends it at once. */
  kill(): void;
}

/** How a worker process ended. */
export interface WorkerExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last that it wrote to its standard error, or why it could not be started. */
  readonly output: string;
}

const keptOutput = 4000;

/** Starts a worker process, which runs `program`; what it reports and its end are handed to `onReport` and, once, to `onExit`. */
export function startWorker(
  program: string,
  setup: WorkerSetup,
  onReport: (report: WorkerReport) => void,
  onExit: (exit: WorkerExit) => void,
): WorkerHandle {
  const child: ChildProcess = fork(program, [String(process.pid)], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let output = '';
  let ended = false;
  const exit = (exitCode: number | null, signal: string | null) => {
    if (ended) return;
    ended = true;
    onExit({ exitCode, signal, output: output.trim() });
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-keptOutput);
  });
  child.on('message', (message) => onReport(message as WorkerReport));
  // 'close' rather than 'exit': by then all that it wrote has arrived.
  child.on('close', exit);
  child.on('error', (error) => {
    output += error.message;
    if (child.pid === undefined) exit(null, null);
  });
  const send = (order: WorkerOrder) => {
    // A worker that died meanwhile cannot be told anything; its end is reported by itself.
    if (child.connected) child.send(order, () => {});
  };
  send({ type: 'setup', setup });
  return {
    pid: child.pid,
    run: (step, earlier) => send({ type: 'run', step, earlier }),
    abort: () => send({ type: 'abort' }),
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
