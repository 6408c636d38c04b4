import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { GraftError } from '../errors.ts';

/** A model on a hub: `hub:ORG/NAME`, or `hub:ORG/NAME@REVISION`. */
export interface HubModel {
  /** ORG/NAME */
  readonly name: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const prefix = 'hub:';

/** The hub's model that a word names; undefined where it is a path. */
export function hubModel(word: string): HubModel | undefined {
  if (!word.startsWith(prefix)) return undefined;
  const match = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([A-Za-z0-9][\w./-]*))?$/.exec(
    word.slice(prefix.length),
  );
  if (match === null || word.includes('..'))
    throw new GraftError('invalid-value', {
      what: 'model on a hub',
      received: word,
      allowed: 'hub:ORG/NAME, or hub:ORG/NAME@REVISION with a branch, tag or commit',
    });
  return { name: match[1]!, revision: match[2] ?? 'main' };
}

/** Where fetched models are kept: `GRAFT_CACHE`, else `graft` in the user's cache folder. */
export const cacheFolder = (environment: Environment): string =>
  environment.GRAFT_CACHE ?? join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'graft');

/** Where one hub's model is kept: `refs/REVISION` holds its commit, `snapshots/COMMIT` its files. */
export const hubModelFolder = ({ name }: HubModel, environment: Environment): string =>
  join(cacheFolder(environment), 'hub', ...name.split('/'));

/** Written behind the last file of a snapshot. */
export const completeMark = '.complete';

/** The folder of a hub's model that was fetched before, whole; undefined where there is none. */
export function fetchedModel(model: HubModel, environment: Environment): string | undefined {
  const folder = hubModelFolder(model, environment);
  const ref = join(folder, 'refs', encodeURIComponent(model.revision));
  const commit = existsSync(ref) ? readFileSync(ref, 'utf8').trim() : model.revision;
  const snapshot = join(folder, 'snapshots', encodeURIComponent(commit));
  return existsSync(join(snapshot, completeMark)) ? snapshot : undefined;
}

/**
 * The folder of a model: a path relative to `base`, or where a hub's model lies that was fetched. Fails with
 * `file-not-found` where that was not done.
 */
export function modelFolder(base: string, word: string, environment: Environment = process.env): string {
  const hub = hubModel(word);
  if (hub === undefined) return resolve(base, word);
  const folder = fetchedModel(hub, environment);
  if (folder !== undefined) return folder;
  throw new GraftError('file-not-found', {
    path: word,
    what: 'model of a hub in the cache',
    hint: `Fetch it: graft import ${word} --out FOLDER.`,
  });
}
