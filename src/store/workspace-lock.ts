import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Client, Transaction } from '@libsql/client/sqlite3';
import { z } from 'zod';
import { GraftError, isGraftError } from '../errors.ts';
import { writeFileAtomic } from '../formats/atomic-file.ts';
import { databaseError, openSqlite } from './libsql-dialect.ts';
import { processStart } from './process-start.ts';
import type { Workspace } from './workspace.ts';

const processId = z.object({ pid: z.number().int().positive(), start: z.string() });
const holderFile = processId.extend({
  host: z.string(),
  command: z.string(),
  since: z.string(),
  workers: z.array(processId),
});
/** Start of a process of which the system does not say it. */
const UNKNOWN = 'unknown';
type ProcessId = z.infer<typeof processId>;

/** The right to work in a workspace, held until it is released or the process dies in whatever way. */
export interface WorkspaceLock {
  /**
   * Notes a worker process, so that a later holder can end it if this process is killed and the worker is not. On Windows
   * nothing is noted, as a later process with its number could not be told from it: there workers end by themselves alone.
   */
  addWorker(pid: number): void;
  removeWorker(pid: number): void;
  release(): Promise<void>;
}

/**
 * Takes the workspace, or fails with `in-use` naming who has it.
 *
 * The lock is an open write transaction on `lock.db`: the operating system itself drops it when its process dies, so
 * it cannot go stale, and two processes never both believe that they took over. `holder.json` only says who it is.
 * Worker processes that outlived a killed holder are ended before this returns: they would write in the same folders.
 */
export async function lockWorkspace(workspace: Workspace, command: string): Promise<WorkspaceLock> {
  const client = openSqlite(workspace.lock, 0);
  let transaction: Transaction;
  try {
    transaction = await takeLock(client, workspace);
  } catch (error) {
    client.close();
    throw error;
  }
  const release = async () => {
    transaction.close();
    client.close();
  };
  try {
    const before = readHolder(workspace);
    if (before !== undefined && before.host === hostname()) await endOrphans(before.workers, workspace);
    const workers = new Map<number, ProcessId>();
    const self = {
      pid: process.pid,
      start: processStart(process.pid) ?? UNKNOWN,
      host: hostname(),
      command,
      since: new Date().toISOString(),
    };
    const write = () =>
      writeFileAtomic(workspace.holder, JSON.stringify({ ...self, workers: [...workers.values()] }, null, 2));
    write();
    return {
      addWorker(pid) {
        const start = processStart(pid);
        if (start === undefined) return;
        workers.set(pid, { pid, start });
        write();
      },
      removeWorker(pid) {
        // The file keeps naming it until the next write: a process that is gone does no harm there.
        workers.delete(pid);
      },
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function takeLock(client: Client, workspace: Workspace): Promise<Transaction> {
  try {
    return await client.transaction('write');
  } catch (cause) {
    const error = databaseError(cause, workspace.lock);
    if (!isGraftError(error, 'in-use')) throw error;
    const holder = readHolder(workspace);
    throw new GraftError(
      'in-use',
      {
        what: `the workspace ${workspace.folder}`,
        holder:
          holder === undefined || hasEnded(holder)
            ? 'another process'
            : `process ${holder.pid} on ${holder.host} ('${holder.command}', since ${holder.since})`,
        hint: 'Wait until it has ended, or choose another workspace.',
      },
      { cause },
    );
  }
}

/** Known to be gone: the file still names an earlier holder while the next one is taking over. */
function hasEnded({ pid, start, host }: z.infer<typeof holderFile>): boolean {
  return host === hostname() && start !== UNKNOWN && processStart(pid) !== start;
}

function readHolder(workspace: Workspace): z.infer<typeof holderFile> | undefined {
  try {
    return holderFile.safeParse(JSON.parse(readFileSync(workspace.holder, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Ends processes that still are the ones that were noted, and waits until they are gone. */
async function endOrphans(workers: readonly ProcessId[], workspace: Workspace): Promise<void> {
  const isThere = (worker: ProcessId) => processStart(worker.pid) === worker.start;
  const orphans = workers.filter(isThere);
  for (const { pid } of orphans) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself a moment ago.
    }
  }
  const deadline = performance.now() + 20_000;
  while (orphans.some(isThere)) {
    if (performance.now() > deadline)
      throw new GraftError('in-use', {
        what: `the workspace ${workspace.folder}`,
        holder: `worker processes of an earlier run that do not end (${orphans.map((o) => o.pid).join(', ')})`,
      });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
