import { expect } from 'vitest';

/** Fails unless |received - expected| <= relative |expected| + absolute for every entry. */
export function expectWithin(
  received: ArrayLike<number> | number,
  expected: ArrayLike<number> | number,
  { relative = 0, absolute = 0 }: { relative?: number; absolute?: number },
): void {
  const a = typeof received === 'number' ? [received] : Array.from(received);
  const b = typeof expected === 'number' ? [expected] : Array.from(expected);
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    const target = b[i]!;
    if (value === target) return;
    const allowed = relative * Math.abs(target) + absolute;
    if (!(Math.abs(value - target) <= allowed))
      expect.fail(`entry ${i}: ${value} is not within ${allowed} of ${target}`);
  });
}
