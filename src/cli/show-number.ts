/** A number for people: at most five significant digits, large ones in groups of three, tiny ones as 1.2e-7. */
export function showNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size >= 10_000) return Math.round(value).toLocaleString('en-US');
  if (size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(5)));
}
