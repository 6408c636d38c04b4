import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { packageFolder, readBuiltInFile } from './built-in-file.ts';
import { glyphs } from './glyphs.ts';
import { names } from './names.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), 'graft-built-in-'));
mkdirSync(join(folder, 'data'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('built-in files', () => {
  test('are found from src/ and from a bundle in dist/', () => {
    expect(packageFolder(import.meta.url)).toBe(root);
    expect(packageFolder(pathToFileURL(join(root, 'dist', 'chunk.js')).href)).toBe(root);
  });

  test('come with their SHA-256 and content', () => {
    const bytes = gzipSync('content');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(folder, 'data', 'a.gz'), bytes);
    const read = readBuiltInFile('a.gz', sha256, folder);
    expect(Buffer.from(read.content).toString()).toBe('content');
    expect(read.file).toEqual({ path: 'data/a.gz', sha256 });
  });

  test.each([
    ['glyphs.gz', glyphs],
    ['names.json.gz', names],
  ] as const)('%s: a changed or missing file is refused', (name, read) => {
    const path = join(folder, 'data', name);
    expect(() => read(folder)).toThrow(
      `built-in data file not found: ${path}. The file comes with the package: install the package again.`,
    );
    const bytes = readFileSync(join(root, 'data', name));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(path, bytes);
    expect(() => read(folder)).toThrow(
      expect.objectContaining({
        code: 'bad-file',
        message: expect.stringMatching(/is not a valid built-in data file: its SHA-256 is [0-9a-f]{64}, not/),
      }),
    );
  });

  test('are named with their hash in the provenance', () => {
    for (const set of [glyphs(), names()]) {
      const [file] = set.provenance.files;
      const bytes = readFileSync(join(root, file!.path));
      expect(file!.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});
