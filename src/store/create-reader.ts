import type { Kysely, Selectable } from 'kysely';
import type { Json, StepEstimate, StepKind } from '../study/step.ts';
import type { Tables } from './schema.ts';
import type { StepFailure, StepRecord, StudyRecord } from './step-record.ts';
import type { StoreReader } from './store.ts';
import type { Workspace } from './workspace.ts';

/** Ids in one query: databases limit the number of parameters. */
const chunk = 500;

/** Reads what the tables hold. Closing it closes them. */
export function createReader(workspace: Workspace, db: Kysely<Tables>): StoreReader {
  return {
    workspace,
    async steps(ids) {
      const found = new Map<string, StepRecord>();
      for (let at = 0; at < ids.length; at += chunk) {
        const rows = await db
          .selectFrom('steps')
          .selectAll()
          .where('id', 'in', ids.slice(at, at + chunk))
          .execute();
        for (const row of rows) found.set(row.id, stepRecord(row));
      }
      return ids.flatMap((id) => found.get(id) ?? []);
    },
    async events(step) {
      const rows = await db
        .selectFrom('events')
        .selectAll()
        .where('step_id', '=', step)
        .orderBy('sequence')
        .execute();
      return rows.map(({ attempt, at, type, payload }) => ({
        step,
        attempt,
        at,
        type,
        payload: JSON.parse(payload) as Json,
      }));
    },
    async study(name) {
      const row = await db.selectFrom('studies').selectAll().where('name', '=', name).executeTakeFirst();
      return row === undefined ? undefined : studyRecord(row);
    },
    async studies() {
      const rows = await db.selectFrom('studies').selectAll().orderBy('created_at').orderBy('name').execute();
      return rows.map(studyRecord);
    },
    close: () => db.destroy(),
  };
}

export function stepRecord(row: Selectable<Tables['steps']>): StepRecord {
  return {
    id: row.id,
    kind: row.kind as StepKind,
    label: row.label,
    needs: JSON.parse(row.needs) as string[],
    inputs: JSON.parse(row.inputs) as Json,
    estimate: JSON.parse(row.estimate) as StepEstimate,
    state: row.state,
    attempts: row.attempts,
    holder: row.holder,
    result: row.result === null ? null : (JSON.parse(row.result) as Json),
    failure: row.failure === null ? null : (JSON.parse(row.failure) as StepFailure),
    seconds: { wall: row.wall_seconds, cpu: row.cpu_seconds },
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

function studyRecord(row: Selectable<Tables['studies']>): StudyRecord {
  return {
    name: row.name,
    spec: JSON.parse(row.spec) as Json,
    steps: JSON.parse(row.steps) as string[],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
