import { extname, resolve } from 'node:path';
import { GraftError } from '../errors.ts';
import { readNpyFile } from '../formats/npy.ts';
import { readNpzArray } from '../formats/npz.ts';
import { type NumericArray, toFloat32 } from '../formats/numeric-array.ts';
import { readFileChecked } from '../formats/read-file-checked.ts';
import { listZip } from '../formats/zip.ts';
import type { ArrayInput, TextArray } from '../metrics/evaluate-arrays.ts';

/** Arrays that an .npz is searched for, in this order, before its first one is taken. */
const preferred = ['features', 'samples'];

/**
 * Reads what a metric compares: `.npy`; `.npz` (its array `features`, else `samples`, else the first, or
 * `file.npz:name`); texts from `.txt` (a line each) or `.json` (a list of strings, or of { text }).
 *
 * @param folder that relative paths start from
 */
export function readArrayInput(written: string, folder: string, unit: TextArray['unit']): ArrayInput {
  const named = /^(.*\.npz):([^/\\]+)$/i.exec(written);
  const path = resolve(folder, named?.[1] ?? written);
  switch (extname(path).toLowerCase()) {
    case '.npy':
      return numbers(readNpyFile(path));
    case '.npz':
      return numbers(readNpz(path, named?.[2]));
    case '.txt':
      return { texts: lines(readFileChecked(path, 'text')), unit };
    case '.json':
      return { texts: jsonTexts(readFileChecked(path, 'JSON'), path), unit };
    default:
      throw new GraftError('invalid-value', {
        what: 'file',
        received: written,
        allowed:
          '.npy, .npz (file.npz:array for one array), .txt with one text a line, .json with a list of texts',
      });
  }
}

function readNpz(path: string, name: string | undefined): NumericArray {
  const bytes = readFileChecked(path, 'NPZ');
  const present = new Set(listZip(bytes, path, 'NPZ').map((entry) => entry.name.replace(/\.npy$/, '')));
  return readNpzArray(bytes, path, name ?? preferred.find((candidate) => present.has(candidate)));
}

/** Half-precision numbers are kept as bits in a file's array; metrics want their values. */
function numbers(array: NumericArray): ArrayInput {
  const { dtype, shape, data } = array;
  return { shape, data: dtype === 'float16' || dtype === 'bfloat16' ? toFloat32(array) : data };
}

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);

function lines(bytes: Uint8Array): string[] {
  return decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line !== '');
}

function jsonTexts(bytes: Uint8Array, path: string): string[] {
  const bad = (problem: string, cause?: unknown): GraftError =>
    new GraftError('bad-file', { path, format: 'JSON list of texts', problem }, { cause });
  let value: unknown;
  try {
    value = JSON.parse(decode(bytes));
  } catch (cause) {
    throw bad((cause as Error).message, cause);
  }
  if (!Array.isArray(value)) throw bad('it is no list');
  return value.map((entry: unknown, i) => {
    const text = typeof entry === 'string' ? entry : (entry as { text?: unknown } | null)?.text;
    if (typeof text !== 'string') throw bad(`entry ${i} is neither a string nor has one as 'text'`);
    return text;
  });
}
