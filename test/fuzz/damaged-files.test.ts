import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import type { DamageReport } from './read-damaged-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = mkdtempSync(join(tmpdir(), 'graft-damaged-'));
mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
// Below node_modules, so that the built program finds the packages.
const built = mkdtempSync(join(root, 'node_modules/.cache/graft-damaged-'));
afterAll(() => {
  for (const folder of [files, built]) rmSync(folder, { recursive: true, force: true });
});

test('foreign files that were cut off or changed are read or refused with a code, in less than 512 MB', async () => {
  const program = join(built, 'read-damaged-files.js');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/fuzz/read-damaged-files.ts'],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  // What is kept without need is found by the limit of the heap, what is allocated besides it by the peak.
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-old-space-size=256', program, files, join(root, 'test/golden')],
    { maxBuffer: 2 ** 26 },
  );
  const { outcomes, failures, peak, slowest } = JSON.parse(stdout) as DamageReport;
  expect(failures).toEqual([]);
  expect(peak).toBeLessThan(512e6);
  // The time of a machine that does other things as well; a file that asks for hours does not end at all.
  expect(slowest.seconds, slowest.file).toBeLessThan(30);
  const kinds = Object.keys(outcomes);
  for (const kind of [
    '.safetensors',
    '.onnx',
    '.npy',
    '.npz',
    '.idx',
    '.parquet',
    '.mid',
    'llama: tokenizer.json',
    'llama: config.json',
    'TensorFlow.js: model.json',
    'llama2.c: model.bin',
    'charRNN: manifest.json',
    'adapter: adapter_config.json',
  ])
    expect(kinds.filter((name) => name.includes(kind)).length, kind).toBeGreaterThan(0);
  // A card or a list of notes may hold anything.
  for (const [name, { read, refused }] of Object.entries(outcomes))
    if (!/README|tokenizer_config/.test(name))
      expect(refused, `${name}, read ${read} times`).toBeGreaterThan(0);
});
