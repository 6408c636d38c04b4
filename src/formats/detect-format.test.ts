import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataFormat, detectFormat } from './detect-format.ts';
import { writeNpy } from './npy.ts';
import { writeNpz } from './npz.ts';
import { writeSafetensorsFile } from './safetensors.ts';
import { writeZip } from './zip.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'graft-detect-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const array = { dtype: 'uint8' as const, shape: [2], data: Uint8Array.of(1, 2) };
const idx = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7);
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

test.each<[DataFormat, string, Uint8Array | string]>([
  ['idx', 'images', idx],
  ['idx', 'images.gz', gzipSync(idx)],
  ['npy', 'named-wrongly.txt', writeNpy(array)],
  ['npz', 'a.npz', writeNpz(new Map([['x', array]]))],
  ['image-zip', 'a.zip', writeZip(new Map([['x/a.png', png]]))],
  ['image', 'a', png],
  ['parquet', 'a.parquet', 'PAR1....PAR1'],
  ['cifar-binary', 'test_batch.bin', new Uint8Array(3073 * 2)],
  ['jsonl', 'a.jsonl', 'damaged, but named so'],
  ['jsonl', 'a.jsonl.gz', gzipSync('{"text": "a"}\n')],
  ['jsonl', 'no-ending', '\n{"text": "a"}\n{"text": "b"}\n'],
  ['text', 'b.txt', '{ not JSON\n'],
  ['text', 'tunes.abc', 'X:1\nT:A tune\n'],
  ['text', 'b.txt.gz', gzipSync('some text')],
  ['image-folder', 'images-and-a-note/a.png', png],
  ['text-folder', 'texts/a.txt', 'x'],
])('%s: %s', (format, name, content) => {
  const path = join(folder, name);
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, content);
  if (name === 'images-and-a-note/a.png') fs.writeFileSync(join(path, '..', 'LICENSE.txt'), 'x');
  expect(detectFormat(format.endsWith('folder') ? dirname(path) : path)).toBe(format);
});

test('a safetensors file, and a checkpoint, which is no data', () => {
  const checkpoint = join(folder, 'checkpoint');
  fs.mkdirSync(checkpoint);
  fs.writeFileSync(join(checkpoint, 'config.json'), '{}');
  writeSafetensorsFile(join(checkpoint, 'model.safetensors'), new Map([['a', array]]));
  expect(detectFormat(join(checkpoint, 'model.safetensors'))).toBe('safetensors');
  expect(() => detectFormat(checkpoint)).toThrow('It is a checkpoint: give it where a model is asked for.');
});

test('links are followed, and a ring of links is an error', () => {
  const ring = join(folder, 'ring');
  fs.mkdirSync(ring);
  fs.writeFileSync(join(folder, 'elsewhere.png'), png);
  fs.symlinkSync(join(folder, 'elsewhere.png'), join(ring, 'a.png'));
  fs.symlinkSync(join(folder, 'nowhere'), join(ring, 'dangling.png'));
  expect(detectFormat(ring)).toBe('image-folder');
  fs.symlinkSync(ring, join(ring, 'again'));
  expect(() => detectFormat(ring)).toThrow(/nested more than|too many|cannot|not found/);
});
