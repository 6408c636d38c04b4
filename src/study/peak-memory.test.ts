import { existsSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { residentMemory } from '../../test/resident-memory.ts';
import { watchPeakMemory } from './peak-memory.ts';

const MIB = 2 ** 20;

test('a peak is at least what is resident', () => {
  const peak = watchPeakMemory();
  expect(peak()).toBeGreaterThan(20 * MIB);
  const block = Buffer.alloc(64 * MIB, 1);
  const resident = process.memoryUsage().rss;
  expect(block[MIB]).toBe(1);
  // The kernel counts a page or two late.
  expect(peak()).toBeGreaterThanOrEqual(resident - 4 * MIB);
  expect(peak()).toBeGreaterThan(64 * MIB);
});

test.skipIf(!existsSync('/proc/self/clear_refs'))('a peak from before the watch does not count', async () => {
  const peakWithBlock = (() => {
    const peak = watchPeakMemory();
    Buffer.alloc(256 * MIB, 1);
    return peak();
  })();
  // The block is given back by another thread, after it was found to be garbage.
  await vi.waitFor(() => expect(residentMemory()).toBeLessThan(peakWithBlock - 200 * MIB), 300_000);
  expect(watchPeakMemory()()).toBeLessThan(peakWithBlock - 200 * MIB);
});
