import { delimiter, resolve } from 'node:path';
import type { DataSet } from './data-set.ts';

/** Where data are looked for. */
export interface DataContext {
  /** The folder that relative paths of specs start from: that of the study file. */
  readonly base: string;
  /** Folders in which named sets have a folder of their own, in the order of preference. */
  readonly dataFolders: readonly string[];
  /** What was read before, kept while the context lives. */
  readonly cache: Map<string, Promise<DataSet>>;
}

/** The context of a study file's folder: named sets are looked for in the folders of `graftData` and in `base`/data. */
export function dataContext(base: string, graftData: string | undefined): DataContext {
  const folders = (graftData ?? '').split(delimiter).filter((folder) => folder !== '');
  return { base, dataFolders: [...folders, 'data'].map((folder) => resolve(base, folder)), cache: new Map() };
}
