import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readLlama2cTokenizer } from './llama2c.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-llama2c-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Marks, bytes, and the given pieces, the first of which are merged first. */
function write(pieces: readonly string[]): { path: string; size: number } {
  const all = [
    '<unk>',
    '\n<s>\n',
    '\n</s>\n',
    ...Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16)}>`),
    ...pieces,
  ];
  const parts = all.map((piece, id) => {
    const head = Buffer.alloc(8);
    head.writeFloatLE(id < 259 ? 0 : 259 - id);
    head.writeInt32LE(Buffer.byteLength(piece), 4);
    return Buffer.concat([head, Buffer.from(piece)]);
  });
  const path = join(folder, 'tok.bin');
  writeFileSync(path, Buffer.concat([Buffer.alloc(4), ...parts]));
  return { path, size: all.length };
}

test('pieces are what they are, also where every object has something of that name', () => {
  const letters = [' ', ...new Set('toString')];
  const pieces = [...letters, 'to', 'St', 'ri', 'ng', 'Stri', 'String', 'toString'];
  const { path, size } = write(pieces);
  const tokenizer = readLlama2cTokenizer(path, size);
  expect([...tokenizer.encode('toString')]).toEqual([259, size - 1]);
  expect(tokenizer.decode(tokenizer.encode('toString'))).toBe('toString');
});

test('a piece of endless length is refused before its merges are made', () => {
  const { path, size } = write(['a'.repeat(200_000)]);
  expect(() => readLlama2cTokenizer(path, size)).toThrow('the piece of id 259 has 200,000 bytes');
});
