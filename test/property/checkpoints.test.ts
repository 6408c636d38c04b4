/**
 * Folders of models in which one file was cut or altered give a model or a GraftError, never another exception.
 * `GRAFT_FUZZ_RUNS` sets how many are tried, `GRAFT_FUZZ_SEED` where the drawing starts.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGraftError } from '../../src/errors.ts';
import { loadCheckpoint } from '../../src/models/checkpoint.ts';
import { stream } from '../../src/random.ts';

const golden = fileURLToPath(new URL('../golden/hugging-face', import.meta.url));
const runs = Number(process.env.GRAFT_FUZZ_RUNS ?? 60);
const draws = stream(Number(process.env.GRAFT_FUZZ_SEED ?? 1)).child('checkpoints');

/** Cuts a file, alters some bytes, or puts something else in the place of a value of its JSON. */
function alter(bytes: Buffer, numbers: Float64Array): Buffer {
  const place = (at: number, length = bytes.length) =>
    Math.min(length - 1, Math.floor(numbers[at]! * length));
  // Headers and the beginnings of JSON are where most can go wrong.
  const early = place(1, Math.min(bytes.length, 4000));
  if (numbers[0]! < 0.2) return bytes.subarray(0, place(1));
  if (numbers[0]! < 0.5) {
    const out = Buffer.from(bytes);
    for (let i = 2; i < 5; i++)
      out[place(i, Math.min(bytes.length, 4000))] = Math.floor(numbers[i + 3]! * 256);
    return out;
  }
  const values = [
    '-1',
    '0',
    '1e300',
    'null',
    '"x"',
    '[]',
    '{}',
    '4294967296',
    '999999999',
    'true',
    '0.5',
    '[1]',
  ];
  const text = bytes.toString('latin1');
  const found = /(?<=[:[,])\s*("[^"]{0,40}"|[-\d.e]+|true|false|null)/g;
  found.lastIndex = early;
  const match = found.exec(text);
  if (match === null) return bytes.subarray(0, early);
  const value = values[Math.floor(numbers[2]! * values.length)]!;
  return Buffer.from(
    text.slice(0, match.index) + value + text.slice(match.index + match[0].length),
    'latin1',
  );
}

describe.each(['gpt2', 'llama', 'qwen2', 'llama-lora'])('altered files of %s', (name) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'graft-fuzz-'));
    for (const each of new Set([name, 'llama']))
      cpSync(join(golden, each), join(folder, each), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test(`${runs} of them give a model or a coded error`, () => {
    const model = join(folder, name);
    const files = readdirSync(model);
    const codes = new Set<string>();
    for (let i = 0; i < runs; i++) {
      const numbers = draws.child(name).child(i).uniforms(9) as Float64Array;
      const file = join(model, files[Math.floor(numbers[8]! * files.length)]!);
      const bytes = readFileSync(file);
      writeFileSync(file, alter(bytes, numbers));
      try {
        loadCheckpoint(model);
      } catch (error) {
        if (!isGraftError(error)) throw new Error(`run ${i}, ${file}`, { cause: error });
        codes.add(error.code);
      } finally {
        writeFileSync(file, bytes);
      }
    }
    expect(codes.size).toBeGreaterThan(1);
    expect(() => loadCheckpoint(model)).not.toThrow();
  });
});
