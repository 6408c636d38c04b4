import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inScratchFolder } from './scratch-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-scratch-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a scratch folder is gone after the work, also after a failure, and with the process', async () => {
  const seen: string[] = [];
  const fill = async (path: string) => {
    seen.push(path);
    writeFileSync(join(path, 'a'), 'a');
    return existsSync(path);
  };
  expect(await inScratchFolder(join(folder, 'work-'), fill)).toBe(true);
  const failing = inScratchFolder(join(folder, 'work-'), async (path) => {
    await fill(path);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await inScratchFolder(join(folder, 'work-'), async (path) => {
    await fill(path);
    // What listens for the end of the process removes it.
    for (const listener of process.listeners('exit')) if (listener.name === 'remove') listener(0);
    expect(existsSync(path)).toBe(false);
  });
  expect(seen).toHaveLength(3);
  expect(seen.some(existsSync)).toBe(false);
});
