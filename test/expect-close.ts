import { expect } from 'vitest';

/** How far a value may be from the expected one: the sum of what is given. */
export interface Tolerance {
  /** Share of the expected value's size. */
  readonly relative?: number;
  readonly absolute?: number;
  /** Share of the root mean square of all expected values, of 1 at least: for sums that nearly cancel. */
  readonly typical?: number;
}

/** What computing in float32 must hold. */
export const float32: Tolerance = { relative: 1e-4, typical: 1e-5 };

/** Fails unless every value is as near to the expected one as the tolerance says, and names the worst. NaN equals NaN. */
export function expectClose(
  received: ArrayLike<number> | number,
  expected: ArrayLike<number> | number,
  { relative = 0, absolute = 0, typical = 0 }: Tolerance,
  what = 'values',
): void {
  const values = typeof received === 'number' ? [received] : received;
  const targets = typeof expected === 'number' ? [expected] : expected;
  expect(values.length, `number of ${what}`).toBe(targets.length);
  const floor = absolute + (typical === 0 ? 0 : typical * Math.max(1, rootMeanSquare(targets)));
  let worst: { readonly at: number; readonly excess: number } | undefined;
  for (let at = 0; at < targets.length; at++) {
    const [value, target] = [values[at]!, targets[at]!];
    if (Object.is(value, target) || value === target) continue;
    const excess = Math.abs(value - target) / (relative * Math.abs(target) + floor);
    // A difference that is no number is the worst of all.
    if (!(excess <= 1) && !(excess <= (worst?.excess ?? 0))) worst = { at, excess };
    if (Number.isNaN(excess)) break;
  }
  if (worst !== undefined)
    expect.fail(
      `${what}[${worst.at}] is ${values[worst.at]} instead of ${targets[worst.at]}: ${worst.excess.toPrecision(3)} times the tolerance`,
    );
}

/** Over the finite values. */
function rootMeanSquare(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) squares += values[i]! ** 2;
  return Math.sqrt(squares / Math.max(1, values.length));
}
