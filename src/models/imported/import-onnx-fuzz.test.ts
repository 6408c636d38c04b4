import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { GraftError } from '../../errors.ts';
import { type Stream, stream } from '../../random.ts';
import { importOnnx } from './import-onnx.ts';
import type { OnnxImportOptions } from './onnx-import-options.ts';

const models = new URL('../../../test/golden/imported/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'graft-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

const subjects: readonly (readonly [name: string, options: OnnxImportOptions])[] = [
  ['autoencoder', { role: 'autoencoder', image: [1, 12, 12] }],
  ['lstm', { role: 'next-token', context: 6 }],
  ['decoder', { role: 'next-token', context: 6 }],
];

/** Imports damaged bytes: a model, or a coded error; anything else fails the test. */
function attempt(bytes: Uint8Array, options: OnnxImportOptions): 'model' | 'error' {
  const path = join(folder, 'damaged.onnx');
  writeFileSync(path, bytes);
  try {
    importOnnx(path, options);
    return 'model';
  } catch (error) {
    if (error instanceof GraftError) return 'error';
    throw error;
  }
}

function mutated(bytes: Uint8Array, random: Stream): Uint8Array {
  const damaged = bytes.slice();
  const count = 1 + Number(random.child('count').integers(1, 4)[0]);
  const places = random.child('places').integers(count, bytes.length);
  const values = random.child('values').integers(count, 256);
  places.forEach((place, i) => {
    damaged[place] = values[i]!;
  });
  return damaged;
}

describe.each(subjects)('%s.onnx, damaged', (name, options) => {
  const bytes = new Uint8Array(readFileSync(fileURLToPath(new URL(`${name}.onnx`, models))));
  const seed = stream(17).child(name);
  // External data are read from beside the file.
  if (name === 'decoder')
    writeFileSync(
      join(folder, 'decoder.onnx.data'),
      readFileSync(fileURLToPath(new URL('decoder.onnx.data', models))),
    );

  test('whole, it is imported', () => {
    expect(attempt(bytes, options)).toBe('model');
  });

  test('cut off anywhere: a coded error or a model', () => {
    const outcomes = Array.from({ length: 60 }, (_, i) =>
      attempt(bytes.subarray(0, Number(seed.child(`cut ${i}`).integers(1, bytes.length)[0])), options),
    );
    expect(outcomes.filter((outcome) => outcome === 'error').length).toBeGreaterThan(40);
  });

  test('with other bytes in it: a coded error or a model, and no great memory', () => {
    const before = process.memoryUsage().rss;
    const outcomes = Array.from({ length: 150 }, (_, i) => attempt(mutated(bytes, seed.child(i)), options));
    expect(outcomes).toContain('error');
    expect(outcomes).toContain('model');
    expect(process.memoryUsage().rss - before).toBeLessThan(512 * 2 ** 20);
  });
});
