import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { GraftError } from '../errors.ts';
import { isFolder } from '../formats/list-files.ts';
import { workspaceAt } from '../store/workspace.ts';
import { readStudyRecord, type StudyRecordFile } from './study-record.ts';
import type { Terminal } from './terminal.ts';

/** A study that was run: its folder, its workspace, and what it keeps of itself. */
export interface FoundStudy {
  readonly name: string;
  readonly folder: string;
  readonly workspace: string;
  readonly record: StudyRecordFile;
}

/** The study of a folder (that of the study itself), or of a name in a workspace. */
export function findStudy(written: string, workspaceFolder: string, terminal: Terminal): FoundStudy {
  const path = resolve(terminal.directory, written);
  const workspace = workspaceAt(workspaceFolder);
  const asFolder = isFolder(path) ? readStudyRecord(path) : undefined;
  if (asFolder !== undefined)
    return { name: basename(path), folder: path, workspace: dirname(dirname(path)), record: asFolder };
  const names = existsSync(workspace.studies) ? readdirSync(workspace.studies) : [];
  const named = names.includes(written) ? readStudyRecord(workspace.study(written)) : undefined;
  if (named !== undefined)
    return { name: written, folder: workspace.study(written), workspace: workspace.folder, record: named };
  if (names.length > 0)
    throw new GraftError('unknown-name', {
      kind: 'study',
      received: written,
      allowed: names,
      where: workspace.studies,
    });
  throw new GraftError('file-not-found', {
    path: workspace.studies,
    what: `study '${written}'`,
    hint: "It is the name of a study in --workspace, or a folder that 'graft run' made.",
  });
}
