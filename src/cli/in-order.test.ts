import { expect, test } from 'vitest';
import { inOrder } from './in-order.ts';

test('items are handled in their order, however long each takes', async () => {
  const seen: string[] = [];
  const queue = inOrder<number>(async (n) => {
    seen.push(`${n} begins`);
    for (let i = n; i < 3; i++) await Promise.resolve();
    seen.push(`${n} ends`);
  });
  queue.push(1);
  queue.push(2);
  await queue.done();
  expect(seen).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
});

test('an error waits until somebody asks, and the items behind it are handled', async () => {
  const seen: number[] = [];
  const queue = inOrder<number>((n) => {
    if (n < 2) throw new Error(`no ${n}`);
    seen.push(n);
  });
  queue.push(0);
  queue.push(1);
  queue.push(2);
  // Long enough for a rejection that nobody handles to be noticed, which would end this process.
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([2]);
  await expect(queue.done()).rejects.toThrow('no 0');
});
