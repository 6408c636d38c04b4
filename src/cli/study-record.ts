import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '../errors.ts';
import { makeFolder, writeFileAtomic } from '../formats/atomic-file.ts';
import type { StudyFacts } from './study-facts.ts';

/** What a study's folder keeps of it: the ids of its steps, and what a report needs besides their results. */
export interface StudyRecordFile {
  readonly steps: readonly string[];
  readonly facts: StudyFacts;
}

const FILE = 'study.json';

export function writeStudyRecord(folder: string, record: StudyRecordFile): void {
  makeFolder(folder);
  writeFileAtomic(join(folder, FILE), `${JSON.stringify(record, null, 1)}\n`);
}

/** The record in a study's folder; undefined where there is none, or one of other steps than those asked for. */
export function readStudyRecord(folder: string, steps?: readonly string[]): StudyRecordFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, FILE), 'utf8');
  } catch {
    return undefined;
  }
  const record = parse(text, join(folder, FILE));
  const same = steps === undefined || JSON.stringify(record.steps) === JSON.stringify(steps);
  return same ? record : undefined;
}

function parse(text: string, path: string): StudyRecordFile {
  let value: Partial<StudyRecordFile> | null;
  try {
    value = JSON.parse(text) as Partial<StudyRecordFile> | null;
  } catch (cause) {
    throw new GraftError('bad-file', { path, format: 'JSON', problem: (cause as Error).message }, { cause });
  }
  if (!Array.isArray(value?.steps) || typeof value.facts !== 'object')
    throw new GraftError('bad-file', {
      path,
      format: 'study record',
      problem: "it lacks 'steps' and 'facts'",
      hint: "Remove it and run 'graft run' again; finished steps are kept.",
    });
  return value as StudyRecordFile;
}
