import { type Kysely, sql } from 'kysely';
import { GraftError } from '../errors.ts';
import { damaged } from './libsql-dialect.ts';
import type { StepState } from './step-record.ts';

/** Tables of the tracking database. JSON is kept as text, times as milliseconds since 1970. */
export interface Tables {
  schema_version: { version: number };
  steps: {
    id: string;
    kind: string;
    label: string;
    needs: string;
    inputs: string;
    estimate: string;
    state: StepState;
    attempts: number;
    holder: string | null;
    result: string | null;
    failure: string | null;
    wall_seconds: number;
    cpu_seconds: number;
    started_at: number | null;
    finished_at: number | null;
  };
  events: {
    step_id: string;
    sequence: number;
    attempt: number;
    at: number;
    type: string;
    payload: string;
  };
  studies: {
    name: string;
    spec: string;
    steps: string;
    created_at: number;
    updated_at: number;
  };
}

type Migration = (db: Kysely<Tables>) => Promise<void>;

/** Entry i brings a database of version i to version i + 1. Entries are never changed once released. */
const migrations: readonly Migration[] = [
  async (db) => {
    await db.schema
      .createTable('steps')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('needs', 'text', (c) => c.notNull())
      .addColumn('inputs', 'text', (c) => c.notNull())
      .addColumn('estimate', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('attempts', 'integer', (c) => c.notNull())
      .addColumn('holder', 'text')
      .addColumn('result', 'text')
      .addColumn('failure', 'text')
      .addColumn('wall_seconds', 'double precision', (c) => c.notNull())
      .addColumn('cpu_seconds', 'double precision', (c) => c.notNull())
      .addColumn('started_at', 'bigint')
      .addColumn('finished_at', 'bigint')
      .execute();
    await db.schema
      .createTable('events')
      .addColumn('step_id', 'text', (c) => c.notNull())
      .addColumn('sequence', 'integer', (c) => c.notNull())
      .addColumn('attempt', 'integer', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('type', 'text', (c) => c.notNull())
      .addColumn('payload', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('events_key', ['step_id', 'sequence'])
      .execute();
    await db.schema
      .createTable('studies')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('spec', 'text', (c) => c.notNull())
      .addColumn('steps', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('updated_at', 'bigint', (c) => c.notNull())
      .execute();
  },
];

/** Version of the tables that this program works with. */
export const schemaVersion = migrations.length;

/**
 * Brings the tables to this program's version, in one transaction. Fails with `unsupported` where a newer program
 * made them, and with `bad-file` where they are not Graft's.
 */
export async function migrate(db: Kysely<Tables>, path: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const version = await readVersion(transaction, path);
    checkVersion(version, path);
    if (version === schemaVersion) return;
    if (version === 0) {
      await transaction.schema
        .createTable('schema_version')
        .addColumn('version', 'integer', (c) => c.notNull())
        .execute();
      await transaction.insertInto('schema_version').values({ version: 0 }).execute();
    }
    for (const migration of migrations.slice(version)) await migration(transaction);
    await transaction.updateTable('schema_version').set({ version: schemaVersion }).execute();
  });
}

/** Fails unless the tables have this program's version, as a reader that may not change them needs it. */
export async function requireVersion(db: Kysely<Tables>, path: string): Promise<void> {
  const version = await readVersion(db, path);
  checkVersion(version, path);
  if (version < schemaVersion)
    throw new GraftError('unsupported', {
      what: `version ${version} of the tracking database ${path}`,
      reason: `this program reads version ${schemaVersion}`,
      hint: 'Run the study again: that brings the database up to date.',
    });
}

function checkVersion(version: number, path: string): void {
  if (version > schemaVersion)
    throw new GraftError('unsupported', {
      what: `version ${version} of the tracking database ${path}`,
      reason: `this program knows versions up to ${schemaVersion}`,
      hint: 'A newer Graft wrote it: use that one.',
    });
}

async function readVersion(db: Kysely<Tables>, path: string): Promise<number> {
  const tables = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(db);
  if (tables.rows.length === 0) return 0;
  if (!tables.rows.some((table) => table.name === 'schema_version'))
    throw damaged(path, 'it holds tables of another program');
  const row = await db.selectFrom('schema_version').select('version').executeTakeFirst();
  if (row === undefined) throw damaged(path, 'it lacks its version');
  return row.version;
}
