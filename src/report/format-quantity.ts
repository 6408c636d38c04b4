import { countOf, formatNumber, formatSignificant } from '../study/format-number.ts';

/** '0.8 s', '42 s', '3 min 20 s', '2 h 05 min'. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${formatNumber(seconds, seconds < 1 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${two(whole % 60)} s`;
  const rounded = Math.round(seconds / 60);
  return `${formatNumber(Math.floor(rounded / 60), 0)} h ${two(rounded % 60)} min`;
}

/** '312 B', '1.2 kB', '310 MB', '1.4 GB': powers of 1000. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** '2.1 GFLOP', '740 TFLOP'. */
export function formatFlops(flops: number): string {
  return scaled(flops, ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP', 'EFLOP']);
}

/** '647 thousand', '1.24 million', '1.3 billion'. */
export function formatCount(count: number): string {
  if (count < 10_000) return formatNumber(count, 0);
  return scaled(count, ['', 'thousand', 'million', 'billion', 'trillion']);
}

/** 'in 1 step', 'in 45 steps'. */
export const inSteps = (count: number): string => `in ${countOf(count, 'step')}`;

function scaled(value: number, units: readonly string[]): string {
  let at = 0;
  // 999.6 reads as 1,000, which is the next unit.
  while (at < units.length - 1 && Math.abs(value) >= 999.5 * 1000 ** at) at++;
  const text = at === 0 ? formatNumber(value, 0) : formatSignificant(value / 1000 ** at);
  return `${text} ${units[at]}`.trim();
}

const two = (value: number): string => String(value).padStart(2, '0');
