import { join, resolve } from 'node:path';

/**
 * Where things lie in a workspace:
 * ```
 * graft.db             the tracking database
 * lock.db              locked by the process that works here, for as long as it lives
 * holder.json          who that is, and its worker processes
 * steps/<step id>/     what a step wrote: its files, partial work, and `result.json` once it is finished
 * studies/<name>/      what belongs to one study: reports, the best model
 * ```
 */
export interface Workspace {
  readonly folder: string;
  readonly database: string;
  readonly lock: string;
  readonly holder: string;
  readonly steps: string;
  readonly studies: string;
  /** Folder of a step. */
  step(id: string): string;
  /** Folder of a study. */
  study(name: string): string;
}

/** The places in the workspace at `folder`; nothing is read or made. */
export function workspaceAt(folder: string): Workspace {
  const root = resolve(folder);
  const steps = join(root, 'steps');
  const studies = join(root, 'studies');
  return {
    folder: root,
    database: join(root, 'graft.db'),
    lock: join(root, 'lock.db'),
    holder: join(root, 'holder.json'),
    steps,
    studies,
    step: (id) => join(steps, id),
    study: (name) => join(studies, name),
  };
}
