import { dirname, resolve } from 'node:path';
import { GraftError, isGraftError } from '../errors.ts';
import { isFolder } from '../formats/list-files.ts';
import { hubModel } from '../models/model-folder.ts';
import { planStudy } from '../study/plan-study.ts';
import type { StudyPlan } from '../study/study-plan.ts';
import { parseStudy, type StudySpec } from '../study/study-spec.ts';
import { localModel } from './local-model.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { readYamlFile } from './read-yaml.ts';
import type { Terminal } from './terminal.ts';
import { checkingUsage } from './usage-error.ts';

/** A study file as read, with what was set on the command line. */
export interface StudyFile {
  readonly spec: StudySpec;
  readonly path: string;
  /** As the person wrote it, for messages. */
  readonly written: string;
  /** The file's folder, from which its relative paths start. */
  readonly base: string;
}

/** Reads a study file. What is wrong in it is said with its key, and with the file or the `key=value` that it stands in. */
export function readStudy(
  command: string,
  written: string,
  overrides: readonly Override[],
  terminal: Terminal,
): StudyFile {
  const path = resolve(terminal.directory, written);
  if (isFolder(path))
    throw new GraftError('invalid-value', {
      what: 'study file',
      received: written,
      allowed: 'a YAML or JSON file; this is a folder',
    });
  const base = dirname(path);
  const value = readYamlFile(path, 'study file');
  if (overrides.length === 0) return { spec: parseStudy(value, written), path, written, base };
  const where = `${written} with ${overrides.map(({ key, value: v }) => `${key}=${v}`).join(' ')}`;
  const spec = checkingUsage(command, () => parseStudy(applyOverrides(value, overrides), where));
  return { spec, path, written, base };
}

/** An error about a key of the study, with the file that the key stands in. */
function inFile(error: unknown, file: string): unknown {
  if (!isGraftError(error)) return error;
  const { where } = error.facts as { readonly where?: string };
  if (where === undefined || where.includes(file)) return error;
  const facts = { ...error.facts, where: `${file}: ${where}` } as typeof error.facts;
  return new GraftError(error.code, facts, { cause: error });
}

/** The plan of a study file; models of a hub that it names are fetched. */
export async function planOf({ spec, base, written }: StudyFile, terminal: Terminal): Promise<StudyPlan> {
  for (const entry of spec.models)
    if ('checkpoint' in entry && hubModel(entry.checkpoint as string) !== undefined)
      await localModel(entry.checkpoint as string, terminal);
  try {
    return await planStudy(spec, base, terminal.environment.GRAFT_DATA);
  } catch (error) {
    throw inFile(error, written);
  }
}
