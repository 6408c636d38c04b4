import { basename } from 'node:path';
import type { Kysely } from 'kysely';
import { GraftError, isGraftError } from '../errors.ts';
import type { Step } from '../study/step.ts';
import { createReader } from './create-reader.ts';
import { leaveInOneFile } from './open-tables.ts';
import type { Tables } from './schema.ts';
import { type FinishedStep, hasResultFile, putResultAside, readResultFile } from './step-files.ts';
import type { Seconds, StepRecord, StepState } from './step-record.ts';
import type { Store } from './store.ts';
import type { Workspace } from './workspace.ts';
import type { WorkspaceLock } from './workspace-lock.ts';

/** The writer of a workspace's tables. `now`: milliseconds since 1970. */
export function createStore(
  workspace: Workspace,
  db: Kysely<Tables>,
  lock: WorkspaceLock,
  now: () => number = Date.now,
): Store {
  const reader = createReader(workspace, db);
  /** Number of the next entry in a step's log. */
  const nextSequence = new Map<string, number>();

  /** Changes a step's row if it is in one of the states `from`; otherwise refuses. */
  async function change(
    id: string,
    from: readonly StepState[],
    to: StepState,
    values: Partial<Tables['steps']>,
  ): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable('steps')
      .set({ ...values, state: to })
      .where('id', '=', id)
      .where('state', 'in', from)
      .executeTakeFirst();
    if (numUpdatedRows === 1n) return;
    const [record] = await reader.steps([id]);
    throw new GraftError('conflict', {
      first: `step ${id} in state '${record?.state ?? 'unknown'}'`,
      second: `the new state '${to}'`,
      reason: `only a step that is ${from.join(' or ')} may become that`,
    });
  }

  async function prepare(
    steps: readonly Step[],
    onDamaged?: (id: string, text: string) => void,
  ): Promise<readonly StepRecord[]> {
    const ids = steps.map((step) => step.id);
    // Nobody else works here, so what is running was left by a run that was killed.
    await db
      .updateTable('steps')
      .set({ state: 'pending', holder: null })
      .where('state', '=', 'running')
      .execute();
    const known = new Map((await reader.steps(ids)).map((record) => [record.id, record]));
    await db.transaction().execute(async (transaction) => {
      for (const step of steps) {
        const record = known.get(step.id);
        const folder = workspace.step(step.id);
        if (record === undefined) await transaction.insertInto('steps').values(newRow(step)).execute();
        if (record?.state === 'done' && hasResultFile(folder)) continue;
        const finished = soundResult(folder, (text) => onDamaged?.(step.id, text));
        if (finished === undefined && (record === undefined || record.state === 'pending')) continue;
        await transaction
          .updateTable('steps')
          .set({
            ...(finished === undefined ? again(record) : adopted(finished)),
            holder: null,
            failure: null,
          })
          .where('id', '=', step.id)
          .execute();
      }
    });
    return reader.steps(ids);
  }

  return {
    ...reader,
    prepare,
    async start(id, holder) {
      const { attempts } = await db
        .selectFrom('steps')
        .select('attempts')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      await change(id, ['pending'], 'running', { holder, attempts: attempts + 1, started_at: now() });
      return (await reader.steps([id]))[0]!;
    },
    finish: (id, result, seconds) =>
      change(id, ['running'], 'done', {
        holder: null,
        result: JSON.stringify(result),
        finished_at: now(),
        ...spent(seconds),
      }),
    fail: (id, failure, seconds) =>
      change(id, failure.kind === 'blocked' ? ['pending'] : ['running'], 'failed', {
        holder: null,
        failure: JSON.stringify(failure),
        finished_at: now(),
        ...(seconds === undefined ? {} : spent(seconds)),
      }),
    putBack: (id, seconds) => change(id, ['running'], 'pending', { holder: null, ...spent(seconds) }),
    async log(events, seconds) {
      for (const { step } of events)
        if (!nextSequence.has(step)) nextSequence.set(step, await lengthOf(step));
      const given = new Map<string, number>();
      const rows = events.map((event) => {
        const before = given.get(event.step) ?? 0;
        given.set(event.step, before + 1);
        const { step, attempt, at, type, payload } = event;
        const sequence = nextSequence.get(step)! + before;
        return { step_id: step, sequence, attempt, at, type, payload: JSON.stringify(payload) };
      });
      await db.transaction().execute(async (transaction) => {
        for (let at = 0; at < rows.length; at += 100)
          await transaction
            .insertInto('events')
            .values(rows.slice(at, at + 100))
            .execute();
        for (const [id, used] of seconds)
          await transaction
            .updateTable('steps')
            .set(spent(used))
            .where('id', '=', id)
            .where('state', '=', 'running')
            .execute();
      });
      // Only now: had the commit failed, the numbers would still be free.
      for (const [step, count] of given) nextSequence.set(step, nextSequence.get(step)! + count);
    },
    async saveStudy({ name, spec, steps }) {
      const values = { spec: JSON.stringify(spec), steps: JSON.stringify(steps), updated_at: now() };
      await db
        .insertInto('studies')
        .values({ name, created_at: now(), ...values })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
        .execute();
    },
    addWorker: lock.addWorker,
    removeWorker: lock.removeWorker,
    async close() {
      await leaveInOneFile(db);
      await reader.close();
      await lock.release();
    },
  };

  async function lengthOf(step: string): Promise<number> {
    const row = await db
      .selectFrom('events')
      .select((e) => e.fn.max('sequence').as('last'))
      .where('step_id', '=', step)
      .executeTakeFirst();
    return row?.last === null || row?.last === undefined ? 0 : Number(row.last) + 1;
  }
}

/** The result in a step's folder. A damaged one is put aside, for the step can be run again. */
function soundResult(folder: string, onDamaged: (text: string) => void): FinishedStep | undefined {
  try {
    return readResultFile(folder);
  } catch (error) {
    if (!isGraftError(error, 'bad-file')) throw error;
    const aside = putResultAside(folder);
    onDamaged(
      `${error.facts.path} is damaged and was put aside as ${basename(aside)}: the step is run again from what else is in its folder.`,
    );
    return undefined;
  }
}

/** Values of a step that was finished, whatever the tables knew of it. */
function adopted({ result, finishedAt, seconds }: FinishedStep): Partial<Tables['steps']> {
  return {
    state: 'done',
    result: JSON.stringify(result),
    finished_at: finishedAt,
    ...(seconds === undefined ? {} : spent(seconds)),
  };
}

/** Values of a step that is to be run again. One that was done has lost its files, so that it starts from nothing. */
function again(record: StepRecord | undefined): Partial<Tables['steps']> {
  const nothing = record?.state === 'done' ? spent({ wall: 0, cpu: 0 }) : {};
  return { state: 'pending', result: null, finished_at: null, ...nothing };
}

function spent(seconds: Seconds) {
  return { wall_seconds: seconds.wall, cpu_seconds: seconds.cpu };
}

function newRow(step: Step): Tables['steps'] {
  return {
    id: step.id,
    kind: step.kind,
    label: step.label,
    needs: JSON.stringify(step.needs),
    inputs: JSON.stringify(step.inputs),
    estimate: JSON.stringify(step.estimate),
    state: 'pending',
    attempts: 0,
    holder: null,
    result: null,
    failure: null,
    wall_seconds: 0,
    cpu_seconds: 0,
    started_at: null,
    finished_at: null,
  };
}
