import { pathToFileURL } from 'node:url';
import {
  type Client,
  createClient,
  type InArgs,
  LibsqlError,
  type Transaction,
} from '@libsql/client/sqlite3';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { GraftError } from '../errors.ts';

/** Milliseconds for which a statement waits for another process that holds the database. */
const busyTimeout = 10_000;

/**
 * Opens a SQLite file with one connection. Every commit is on disk before it returns (`synchronous = FULL`, SQLite's
 * default). Fails as `databaseError` says.
 */
export function openSqlite(path: string, timeout = busyTimeout): Client {
  try {
    return createClient({ url: pathToFileURL(path).href, concurrency: 1, timeout });
  } catch (error) {
    throw databaseError(error, path);
  }
}

/** Kysely's view of one SQLite connection. Queries and transactions take turns. */
export function libsqlDialect(client: Client, path: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => libsqlDriver(client, path),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

interface LibsqlConnection extends DatabaseConnection {
  transaction: Transaction | undefined;
}

function libsqlDriver(client: Client, path: string): Driver {
  const connection: LibsqlConnection = {
    transaction: undefined,
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const target = connection.transaction ?? client;
      const { rows, columns, rowsAffected, lastInsertRowid } = await guarded(() =>
        target.execute({ sql, args: parameters as InArgs }),
      );
      return {
        rows: rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])) as R),
        numAffectedRows: BigInt(rowsAffected),
        ...(lastInsertRowid === undefined ? {} : { insertId: lastInsertRowid }),
      };
    },
    streamQuery: () => {
      throw new GraftError('unsupported', { what: 'streaming a query', reason: 'results are read at once' });
    },
  };
  const transactionOf = (from: DatabaseConnection) => (from as LibsqlConnection).transaction;
  async function guarded<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw databaseError(error, path);
    }
  }

  let free = Promise.resolve();
  let release = () => {};
  return {
    async init() {},
    async acquireConnection() {
      const before = free;
      let next = () => {};
      free = new Promise((done) => {
        next = done;
      });
      await before;
      release = next;
      return connection;
    },
    async releaseConnection() {
      release();
    },
    async beginTransaction(from) {
      (from as LibsqlConnection).transaction = await guarded(() => client.transaction('write'));
    },
    async commitTransaction(from) {
      const transaction = transactionOf(from);
      (from as LibsqlConnection).transaction = undefined;
      await guarded(async () => transaction?.commit());
    },
    async rollbackTransaction(from) {
      const transaction = transactionOf(from);
      (from as LibsqlConnection).transaction = undefined;
      await guarded(async () => transaction?.rollback());
    },
    async destroy() {
      client.close();
    },
  };
}

/**
 * What a person can do about an error of the database at `path`: `cannot-write` (disk full, read-only, no
 * permission), `bad-file` (damaged, or no database), `in-use` (another process holds it). Others pass as they are.
 */
export function databaseError(error: unknown, path: string): unknown {
  if (error instanceof GraftError || !(error instanceof Error)) return error;
  const code = error instanceof LibsqlError ? error.code : '';
  const cause = { cause: error };
  const cannotWrite = (reason: string, hint: string) =>
    new GraftError('cannot-write', { path, reason, hint }, cause);
  switch (code) {
    case 'SQLITE_FULL':
      return cannotWrite('there is no space left on the disk', 'Free some space and run it again.');
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
      return cannotWrite('it is read-only', 'Choose a folder that can be written.');
    case 'SQLITE_IOERR':
      return cannotWrite(
        'the disk reports an error or is full',
        'Check the disk and its free space, then run it again.',
      );
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return damaged(
        path,
        code === 'SQLITE_NOTADB' ? 'its content is something else' : 'it is damaged',
        cause,
      );
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new GraftError('in-use', { what: path, holder: 'another process' }, cause);
  }
  if (code === 'SQLITE_CANTOPEN' || /Unable to open/.test(error.message))
    return cannotWrite('it cannot be opened or made there', 'Choose a folder that can be written.');
  return error;
}

/** The error of a tracking database that cannot be read. */
export function damaged(path: string, problem: string, options?: { cause: unknown }): GraftError {
  const hint =
    'Move it (and its -wal and -shm files) away and run the study again: finished steps are found by their ' +
    'result.json files under steps/ and are not repeated.';
  return new GraftError('bad-file', { path, format: 'SQLite database', problem, hint }, options);
}
