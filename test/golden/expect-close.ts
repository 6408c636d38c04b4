import { expect } from 'vitest';

/** Compares lists of numbers relatively, with an absolute floor for zeros and rounding near them. NaN equals NaN. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative: number,
  floor = 1e-12,
  what = '',
): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [got, want] = [actual[i]!, expected[i]!];
    if (Object.is(got, want)) continue;
    const allowed = relative * Math.abs(want) + floor;
    expect(Math.abs(got - want), `${what}[${i}]: ${got} against ${want}`).toBeLessThanOrEqual(allowed);
  }
}
