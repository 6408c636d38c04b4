import { type ErrorCode, type Facts, GraftError } from '../errors.ts';
import { addSeconds, type Seconds, type StepRecord } from '../store/step-record.ts';
import type { Store } from '../store/store.ts';
import type { Json, Step, StepContext } from '../study/step.ts';
import type { PredictedSeconds } from '../study/work-seconds.ts';
import { locateBuilt } from './locate-built.ts';
import { createMailbox } from './mailbox.ts';
import type { ProgressAction } from './progress.ts';
import { createStepLedger } from './step-ledger.ts';
import { startWorker, type WorkerExit, type WorkerHandle } from './worker-handle.ts';
import type { WorkerReport, WorkerSetup } from './worker-protocol.ts';

export interface RunPlanOptions {
  /** Worker processes, each with one step at a time. */
  readonly workers: number;
  /** Threads of each worker's engine. */
  readonly threads: number;
  readonly device: StepContext['device'];
  /** Folder of the study file. */
  readonly base: string;
  /** Aborted: no new work is given out, running steps save what they have and are put back. */
  readonly signal?: AbortSignal;
  /** Aborted: workers are ended at once. */
  readonly killSignal?: AbortSignal;
  /** What each step is expected to take, for those who watch. */
  readonly predict?: (step: Step) => PredictedSeconds;
  readonly onAction?: (action: ProgressAction) => void;
  /** Module that exports `runStep`; by default Graft's own. */
  readonly runner?: string;
  /** The program of a worker process; by default the one that was built with this one. */
  readonly workerProgram?: string;
  /** Milliseconds since 1970, as the machine believes: what is logged, never what is measured. */
  readonly now?: () => number;
}

export interface PlanOutcome {
  /** What became of each step, in the plan's order. */
  readonly steps: readonly StepRecord[];
  /** True where the run was stopped before all was done. */
  readonly interrupted: boolean;
}

/** Milliseconds that running steps have to save what they have before their workers are ended. */
const grace = 10_000;
const flushInterval = 1000;
/** Workers in a row that may die before they could take a step: then one worker less is tried, and with none the run ends. */
const failedStarts = 3;

interface Worker {
  readonly index: number;
  readonly handle: WorkerHandle;
  ready: boolean;
  last?: Step;
  /** `seenAt`: when it last gave a sign of life, by a clock that never jumps. */
  current?: { readonly step: Step; readonly record: StepRecord; seconds: Seconds; seenAt: number };
}

type Message =
  | { readonly type: 'report'; readonly worker: Worker; readonly report: WorkerReport }
  | { readonly type: 'exit'; readonly worker: Worker; readonly exit: WorkerExit }
  | { readonly type: 'stop' | 'kill' | 'tick' };

/**
 * Runs all steps of a plan that are not finished, each after those that it needs, in worker processes.
 *
 * A failing step is recorded with its reason, as are those that need it, and the others go on. A step whose worker
 * dies is tried again twice from what it had saved. A disk that is full or cannot be written (`cannot-write`) stops the
 * run and is thrown, as it would stop every step; what was finished stays finished and running steps are put back. Only
 * this process writes the database.
 */
export async function runPlan(
  plan: readonly Step[],
  store: Store,
  options: RunPlanOptions,
): Promise<PlanOutcome> {
  const now = options.now ?? Date.now;
  const emit = (action: ProgressAction) => options.onAction?.(action);
  const damaged: { readonly id: string; readonly text: string }[] = [];
  const records = await store.prepare(plan, (id, text) => damaged.push({ id, text }));
  const done = new Set(records.filter((record) => record.state === 'done').map((record) => record.id));
  // Folders that older versions wrote do not say what their steps took.
  const timed = records.filter(({ state, seconds }) => state === 'done' && seconds.wall > 0);
  const took = new Map(timed.map(({ id, seconds }) => [id, seconds.wall]));
  const ledger = createStepLedger({ plan, done, store, now, emit });
  emit({
    type: 'plan',
    at: now(),
    workers: options.workers,
    steps: plan.map((step) => ({
      id: step.id,
      kind: step.kind,
      label: step.label,
      needs: step.needs,
      predicted: options.predict?.(step),
      done: done.has(step.id),
      ...(took.has(step.id) ? { took: took.get(step.id)! } : {}),
    })),
  });
  for (const { id, text } of damaged) {
    const record = records.find((one) => one.id === id)!;
    ledger.observe(record, { type: 'warning', text });
  }

  const mailbox = createMailbox<Message>();
  const workers = new Map<number, Worker>();
  let deadStarts = 0;
  /** Workers that are tried to be had at once: fewer than asked for where some cannot be started. */
  let places = options.workers;
  let stopping = false;
  let fatal: GraftError | undefined;

  if (ledger.unfinished() > 0) {
    const setup: WorkerSetup = {
      runner: options.runner ?? locateBuilt('run-step.js'),
      stepsFolder: store.workspace.steps,
      base: options.base,
      threads: options.threads,
      device: options.device,
    };
    const unsubscribe = subscribe();
    try {
      for (;;) {
        if (!stopping) {
          startWorkers(setup);
          await assign();
        }
        if (ledger.unfinished() === 0 || (stopping && running().length === 0)) break;
        await handle(await mailbox.take());
      }
      await flush();
    } finally {
      unsubscribe();
      await endWorkers();
    }
  }
  if (fatal !== undefined) throw fatal;
  return { steps: await store.steps(plan.map((step) => step.id)), interrupted: ledger.unfinished() > 0 };

  function subscribe(): () => void {
    const tick = setInterval(() => mailbox.post({ type: 'tick' }), flushInterval);
    const stop = () => mailbox.post({ type: 'stop' });
    const kill = () => mailbox.post({ type: 'kill' });
    const pairs = [
      [options.signal, stop],
      [options.killSignal, kill],
    ] as const;
    for (const [signal, listener] of pairs) {
      signal?.addEventListener('abort', listener);
      if (signal?.aborted) listener();
    }
    return () => {
      clearInterval(tick);
      for (const [signal, listener] of pairs) signal?.removeEventListener('abort', listener);
    };
  }

  function startWorkers(setup: WorkerSetup): void {
    const wanted = Math.min(places, ledger.unfinished());
    for (let index = 0; workers.size < wanted; index++) {
      if (workers.has(index)) continue;
      const handle = startWorker(
        options.workerProgram ?? locateBuilt('worker.js'),
        setup,
        (report) => mailbox.post({ type: 'report', worker, report }),
        (exit) => mailbox.post({ type: 'exit', worker, exit }),
      );
      const worker: Worker = { index, handle, ready: false };
      workers.set(index, worker);
      if (handle.pid !== undefined) store.addWorker(handle.pid);
    }
  }

  function running(): Worker[] {
    return [...workers.values()].filter((worker) => worker.current !== undefined);
  }

  async function assign(): Promise<void> {
    for (const worker of workers.values()) {
      if (!worker.ready || worker.current !== undefined) continue;
      const step = ledger.choose(worker.last);
      if (step === undefined) continue;
      const record = await ledger.start(step, { index: worker.index, pid: worker.handle.pid });
      worker.last = step;
      worker.current = { step, record, seconds: { wall: 0, cpu: 0 }, seenAt: performance.now() };
      worker.handle.run(step, record.seconds);
      emit({ type: 'started', at: now(), id: step.id, worker: worker.index });
    }
  }

  async function handle(message: Message): Promise<void> {
    switch (message.type) {
      case 'tick':
        return flush();
      case 'stop':
        return stop();
      case 'kill':
        stopping = true;
        for (const worker of workers.values()) worker.handle.kill();
        return;
      case 'exit':
        return workerEnded(message.worker, message.exit);
      case 'report':
        return reported(message.worker, message.report);
    }
  }

  function stop(): void {
    if (stopping) return;
    stopping = true;
    emit({ type: 'stopping', at: now() });
    for (const worker of running()) worker.handle.abort();
    setTimeout(() => mailbox.post({ type: 'kill' }), grace).unref();
  }

  async function reported(worker: Worker, report: WorkerReport): Promise<void> {
    if (report.type === 'ready') {
      worker.ready = true;
      deadStarts = 0;
      return;
    }
    const { current } = worker;
    if (current === undefined || current.step.id !== report.id) return;
    if (report.type === 'event') return ledger.observe(current.record, report.event);
    current.seconds = report.seconds;
    current.seenAt = performance.now();
    if (report.type === 'beat') return;
    await flush();
    delete worker.current;
    const { id } = current.step;
    const seconds = addSeconds(current.record.seconds, report.seconds);
    if (report.type === 'done') return ledger.finish(id, report.result, seconds);
    if (report.type === 'interrupted') return ledger.putBack(id, seconds, null);
    const { failure } = report;
    // Memory that is missing concerns the step alone: a smaller model has room where a larger one has none.
    if (failure.code !== 'cannot-write') return ledger.fail(id, failure, seconds);
    fatal ??= revive(failure.code, failure.facts);
    await ledger.putBack(id, seconds, failure.message);
    stop();
  }

  async function workerEnded(worker: Worker, exit: WorkerExit): Promise<void> {
    forget(worker);
    const { current } = worker;
    if (current === undefined) {
      if (!worker.ready && !stopping && ++deadStarts >= failedStarts) withoutPlace(exit);
      return;
    }
    delete worker.current;
    await flush();
    const { id, label } = current.step;
    // Since its last sign of life it went on for a while, at most until now.
    const silence = (performance.now() - current.seenAt) / 1000;
    const seconds = addSeconds(current.record.seconds, {
      wall: current.seconds.wall + silence,
      cpu: current.seconds.cpu,
    });
    const error = new GraftError('process-died', { what: `the worker of '${label}'`, ...describe(exit) });
    if (stopping) return ledger.putBack(id, seconds, error.message);
    ledger.note(current.record, { type: 'warning', text: error.message });
    await ledger.crash(id, error, seconds);
  }

  /** Goes on with the other workers where one cannot be started; without any the run ends. */
  function withoutPlace(exit: WorkerExit): void {
    const error = new GraftError('process-died', { what: 'a worker process', ...describe(exit) });
    if (workers.size === 0) throw error;
    places = workers.size;
    deadStarts = 0;
    const text = `${error.message} It could not be started ${failedStarts} times in a row: the run goes on with ${places} of ${options.workers}.`;
    emit({ type: 'warning', at: now(), text });
    for (const { current } of running())
      if (current !== undefined) ledger.note(current.record, { type: 'warning', text });
  }

  async function flush(): Promise<void> {
    const seconds = new Map<string, Seconds>();
    for (const { current } of running())
      if (current !== undefined)
        seconds.set(current.step.id, addSeconds(current.record.seconds, current.seconds));
    await ledger.flush(seconds);
  }

  /** Ends all workers, which have nothing left to save, and waits until they are gone. */
  async function endWorkers(): Promise<void> {
    for (const worker of workers.values()) worker.handle.kill();
    while (workers.size > 0) {
      const message = await mailbox.take();
      if (message.type === 'exit') forget(message.worker);
    }
  }

  function forget(worker: Worker): void {
    workers.delete(worker.index);
    if (worker.handle.pid !== undefined) store.removeWorker(worker.handle.pid);
  }
}

function describe({ exitCode, signal, output }: WorkerExit): { how: string; output: string } {
  const how =
    signal === 'SIGKILL'
      ? 'SIGKILL: ended from outside, perhaps by the system for want of memory'
      : (signal ?? `exit code ${exitCode}`);
  return { how, output };
}

function revive(code: ErrorCode, facts: Json | undefined): GraftError {
  return new GraftError(code, facts as unknown as Facts<typeof code>);
}
