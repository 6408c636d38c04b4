/**
 * Fails unless every value is within 1e-4 of the expected one's size plus 1e-5 of the tensor's (its root mean square, at
 * least 1): what float32 must hold, sums that nearly cancel included.
 */
export function expectClose(
  name: string,
  received: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 1e-4, absolute = 1e-5 } = {},
): void {
  if (received.length !== expected.length)
    throw new Error(`${name} has ${received.length} values instead of ${expected.length}`);
  let squares = 0;
  for (let i = 0; i < expected.length; i++) if (Number.isFinite(expected[i])) squares += expected[i]! ** 2;
  const floor = absolute * Math.max(1, Math.sqrt(squares / Math.max(1, expected.length)));
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = received[i]!;
    const b = expected[i]!;
    if (Object.is(a, b) || a === b) continue;
    const over = Math.abs(a - b) / (relative * Math.abs(b) + floor);
    if (!(over <= 1) && !(over <= excess)) {
      worst = i;
      excess = over;
    }
  }
  if (worst >= 0)
    throw new Error(
      `${name}[${worst}] is ${received[worst]} instead of ${expected[worst]}: ${excess.toPrecision(3)} times the tolerance`,
    );
}
