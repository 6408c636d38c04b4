import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { watchPeakMemory } from './peak-memory.ts';

const MIB = 2 ** 20;

test('a peak is at least what is resident', () => {
  const peak = watchPeakMemory();
  expect(peak()).toBeGreaterThan(20 * MIB);
  const before = process.memoryUsage().rss;
  const block = Buffer.alloc(64 * MIB, 1);
  expect(peak()).toBeGreaterThanOrEqual(before + 60 * MIB);
  expect(block[MIB]).toBe(1);
});

test.skipIf(!existsSync('/proc/self/clear_refs'))('a peak from before the watch does not count', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const peakWithBlock = (() => {
    const peak = watchPeakMemory();
    Buffer.alloc(256 * MIB, 1);
    return peak();
  })();
  // The block is given back by another thread, after it was found to be garbage.
  await vi.waitFor(() => {
    collect();
    expect(process.memoryUsage().rss).toBeLessThan(peakWithBlock - 200 * MIB);
  });
  expect(watchPeakMemory()()).toBeLessThan(peakWithBlock - 200 * MIB);
});
