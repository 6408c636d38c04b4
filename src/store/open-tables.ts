import { Kysely, sql } from 'kysely';
import { damaged, libsqlDialect, openSqlite } from './libsql-dialect.ts';
import { migrate, requireVersion, type Tables } from './schema.ts';
import type { Workspace } from './workspace.ts';

/**
 * Opens the tracking database. For writing it is checked and brought to the current version, and keeps its changes in
 * a write-ahead log, so that readers never wait for the writer; readers find these settings in the file.
 */
export async function openTables(workspace: Workspace, mode: 'read' | 'write'): Promise<Kysely<Tables>> {
  const path = workspace.database;
  const db = new Kysely<Tables>({ dialect: libsqlDialect(openSqlite(path), path) });
  try {
    if (mode === 'read') {
      await requireVersion(db, path);
    } else {
      await sql`pragma journal_mode = wal`.execute(db);
      const check = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
      const finding = check.rows[0]?.quick_check;
      if (finding !== 'ok') throw damaged(path, `it is damaged (${finding})`);
      await migrate(db, path);
    }
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/**
 * Brings all changes into the database file itself and ends the write-ahead log, so that the file can be copied alone
 * and read in a folder that cannot be written. Where somebody reads it at this moment, or the disk is full, the log
 * stays: it is read as well.
 */
export async function leaveInOneFile(db: Kysely<Tables>): Promise<void> {
  try {
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
    await sql`pragma busy_timeout = 0`.execute(db);
    await sql`pragma journal_mode = delete`.execute(db);
  } catch {
    // As said above: nothing is lost.
  }
}
