import { existsSync } from 'node:fs';
import { GraftError } from '../errors.ts';
import { makeFolder } from '../formats/atomic-file.ts';
import type { Store, StoreReader } from './store.ts';
import { type Workspace, workspaceAt } from './workspace.ts';

// The driver and the query builder take a tenth of a second to load, so that only who opens a store pays for them.

/**
 * Opens the workspace in `folder` for work, making what is missing; `command` says to others who holds it.
 * Fails with `in-use` where somebody else works there, `cannot-write`, `bad-file` (damaged database), `unsupported`
 * (made by a newer version). Nothing is lost by any of these.
 */
export async function openStore(folder: string, command: string): Promise<Store> {
  const workspace = workspaceAt(folder);
  for (const path of [workspace.folder, workspace.steps, workspace.studies]) makeFolder(path);
  const [{ lockWorkspace }, { openTables }, { createStore }] = await Promise.all([
    import('./workspace-lock.ts'),
    import('./open-tables.ts'),
    import('./create-store.ts'),
  ]);
  const lock = await lockWorkspace(workspace, command);
  try {
    return createStore(workspace, await openTables(workspace, 'write'), lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Opens what was recorded in the workspace in `folder`; somebody else may be working there. */
export async function openStoreForReading(folder: string): Promise<StoreReader> {
  const workspace = workspaceAt(folder);
  requireDatabase(workspace);
  const [{ openTables }, { createReader }] = await Promise.all([
    import('./open-tables.ts'),
    import('./create-reader.ts'),
  ]);
  return createReader(workspace, await openTables(workspace, 'read'));
}

function requireDatabase(workspace: Workspace): void {
  if (!existsSync(workspace.database))
    throw new GraftError('file-not-found', {
      path: workspace.database,
      what: 'tracking database',
      hint: "A workspace is made by 'graft run'.",
    });
}
