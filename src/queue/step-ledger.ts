import type { GraftError } from '../errors.ts';
import type { LoggedEvent, Seconds, StepFailure, StepRecord } from '../store/step-record.ts';
import type { Store } from '../store/store.ts';
import type { Json, Step, StepEvent } from '../study/step.ts';
import type { ProgressAction } from './progress.ts';
import { advanceQueue, blockerOf, chooseStep, createQueue, type QueueAction } from './queue-state.ts';

/** What becomes of the steps of a plan: every change goes to the queue's state, to the store and to who watches. */
export interface StepLedger {
  /** Steps that are neither done nor failed. */
  unfinished(): number;
  /** The step to run next, by a worker that ran `last`; undefined where none is ready. */
  choose(last: Step | undefined): Step | undefined;
  start(
    step: Step,
    worker: { readonly index: number; readonly pid: number | undefined },
  ): Promise<StepRecord>;
  finish(id: string, result: Json, seconds: Seconds): Promise<void>;
  fail(id: string, failure: StepFailure, seconds: Seconds): Promise<void>;
  /** Gives a step back, to be run again. */
  putBack(id: string, seconds: Seconds, reason: string | null): Promise<void>;
  /** A step whose worker died: it is run again, or has failed where that happened too often. */
  crash(id: string, error: GraftError<'process-died'>, seconds: Seconds): Promise<void>;
  /** Shows an event and, unless it is mere progress, keeps it for the log. */
  observe(record: StepRecord, event: StepEvent): void;
  /** Keeps an event for the log. */
  note(record: StepRecord, event: Exclude<StepEvent, { type: 'progress' }>): void;
  /** Writes the kept events, and the seconds that running steps have used so far. */
  flush(running: ReadonlyMap<string, Seconds>): Promise<void>;
}

export interface LedgerOptions {
  readonly plan: readonly Step[];
  /** Ids of steps that were finished before. */
  readonly done: ReadonlySet<string>;
  readonly store: Store;
  readonly now: () => number;
  readonly emit: (action: ProgressAction) => void;
}

export function createStepLedger({ plan, done, store, now, emit }: LedgerOptions): StepLedger {
  let queue = createQueue(plan, done);
  let log: LoggedEvent[] = [];

  /** Moves the queue on, lets `record` write what became of the step, and records the steps that this blocks. */
  async function advance(action: QueueAction, record?: () => Promise<void>): Promise<void> {
    const before = queue;
    queue = advanceQueue(queue, action);
    await record?.();
    for (const [id, { state }] of queue.steps) {
      if (state !== 'failed' || before.steps.get(id)!.state !== 'waiting') continue;
      const blocker = blockerOf(queue, id)!;
      const message = `it needs '${blocker.label}', which failed`;
      await recordFailure(id, { kind: 'blocked', message, facts: { by: blocker.id } });
    }
  }

  async function recordFailure(id: string, failure: StepFailure, seconds?: Seconds): Promise<void> {
    await store.fail(id, failure, seconds);
    emit({ type: 'failed', at: now(), id, failure });
  }

  function note(record: StepRecord, event: Exclude<StepEvent, { type: 'progress' }>): void {
    const { type, ...payload } = event;
    log.push({ step: record.id, attempt: record.attempts, at: now(), type, payload: payload as Json });
  }

  return {
    unfinished: () =>
      [...queue.steps.values()].filter(({ state }) => state !== 'done' && state !== 'failed').length,
    choose: (last) => chooseStep(queue, last),
    async start(step, { index, pid }) {
      const record = await store.start(step.id, String(pid));
      await advance({ type: 'start', id: step.id, worker: index });
      return record;
    },
    async finish(id, result, seconds) {
      await store.finish(id, result, seconds);
      await advance({ type: 'finish', id });
      emit({ type: 'finished', at: now(), id });
    },
    async fail(id, failure, seconds) {
      await recordFailure(id, failure, seconds);
      await advance({ type: 'fail', id });
    },
    async putBack(id, seconds, reason) {
      await store.putBack(id, seconds);
      await advance({ type: 'put-back', id });
      emit({ type: 'put-back', at: now(), id, reason });
    },
    async crash(id, error, seconds) {
      const before = queue.steps.get(id)!.crashes;
      await advance({ type: 'crash', id }, async () => {
        if (queue.steps.get(id)!.state === 'ready') {
          await store.putBack(id, seconds);
          emit({ type: 'put-back', at: now(), id, reason: error.message });
          return;
        }
        const message = `${error.message} That was attempt ${before + 1} of ${before + 1}.`;
        const failure = { kind: 'crashed', code: error.code, message, facts: { ...error.facts } } as const;
        await recordFailure(id, failure, seconds);
      });
    },
    observe(record, event) {
      emit({ type: 'event', at: now(), id: record.id, event });
      if (event.type !== 'progress') note(record, event);
    },
    note,
    async flush(running) {
      const events = log;
      if (events.length === 0 && running.size === 0) return;
      log = [];
      await store.log(events, running);
    },
  };
}
