import { existsSync, rmSync } from 'node:fs';
import { GraftError } from '../errors.ts';
import type { NumericArray } from '../formats/numeric-array.ts';
import { readSafetensorsFile, writeSafetensorsFile } from '../formats/safetensors.ts';
import type { TrainingSnapshot } from './training-snapshot.ts';

/** Writes a training snapshot as one safetensors file, atomically: a kill leaves the one before or the new one. */
export function writeSnapshot(path: string, { arrays, ...rest }: TrainingSnapshot): void {
  const tensors = new Map(
    Object.entries(arrays).map(([name, data]): [string, NumericArray] => [
      name,
      { dtype: 'float32', shape: [data.length], data },
    ]),
  );
  writeSafetensorsFile(path, tensors, { training: JSON.stringify(rest) });
}

/** Reads a snapshot back; undefined where there is none. Fails with `bad-file` for a damaged one; see `checkSnapshot`. */
export function readSnapshot(path: string): TrainingSnapshot | undefined {
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = readSafetensorsFile(path);
  if (metadata.training === undefined)
    throw new GraftError('bad-file', {
      path,
      format: 'training snapshot',
      problem: 'it lacks its record of the training',
    });
  for (const [name, { dtype }] of tensors)
    if (dtype !== 'float32')
      throw new GraftError('bad-file', {
        path,
        format: 'training snapshot',
        problem: `'${name}' holds ${dtype}, not float32`,
      });
  // Copies: the file's buffer has no alignment and the optimiser owns its vectors.
  const arrays = Object.fromEntries(
    [...tensors].map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
  );
  return { ...parseRecord(path, metadata.training), arrays };
}

function parseRecord(path: string, text: string): Omit<TrainingSnapshot, 'arrays'> {
  try {
    return JSON.parse(text) as Omit<TrainingSnapshot, 'arrays'>;
  } catch (cause) {
    const problem = `its record is no JSON: ${(cause as Error).message}`;
    throw new GraftError('bad-file', { path, format: 'training snapshot', problem }, { cause });
  }
}

export const removeSnapshot = (path: string): void => rmSync(path, { force: true });
