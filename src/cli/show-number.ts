/** A number for people: at most five significant digits, large ones in groups of three, tiny ones as 1.2e-7. */
export function showNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size >= 10_000) return Math.round(value).toLocaleString('en-US');
  if (size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(5)));
}

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** Bytes for people, in powers of 1000. */
export function showBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(value >= 100 ? 3 : 2)} ${units[unit]}`;
}

/** A duration for people: 0.8 s, 42 s, 3 min 20 s, 2 h 5 min. */
export function showDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) {
    const rest = whole % 60;
    return rest === 0 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 60)} min ${rest} s`;
  }
  const minutes = Math.round(whole / 60);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 item`, `3 items`. */
export function showCount(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}
