import { quantile } from './quantile.ts';
import { requireSample } from './require-finite.ts';

/** What is usually reported of a sample. `null` where fewer than two values leave the spread unknown. */
export interface Summary {
  n: number;
  mean: number;
  /** Sample standard deviation (divisor n - 1). */
  standardDeviation: number | null;
  /** Standard deviation of the mean: standardDeviation / sqrt(n). */
  standardError: number | null;
  median: number;
  min: number;
  max: number;
}

/** Mean, spread, median and range of `values`. Fails with `bad-data` when empty, `not-finite` on NaN or infinity. */
export function summarize(values: ArrayLike<number>): Summary {
  requireSample(values, 1, 'sample');
  const n = values.length;
  const standardDeviation = n < 2 ? null : Math.sqrt(variance(values));
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < n; i++) {
    min = Math.min(min, values[i]!);
    max = Math.max(max, values[i]!);
  }
  return {
    n,
    mean: mean(values),
    standardDeviation,
    standardError: standardDeviation === null ? null : standardDeviation / Math.sqrt(n),
    median: quantile(values, 0.5),
    min,
    max,
  };
}

/** Arithmetic mean; NaN when empty. A second pass removes the rounding error of the first. */
export function mean(values: ArrayLike<number>): number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const first = sum / n;
  let rest = 0;
  for (let i = 0; i < n; i++) rest += values[i]! - first;
  return first + rest / n;
}

/** Sample variance (divisor n - 1); NaN for fewer than two values. */
export function variance(values: ArrayLike<number>): number {
  const n = values.length;
  if (n < 2) return Number.NaN;
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (values[i]! - center) ** 2;
  return sum / (n - 1);
}

/** Sample standard deviation (divisor n - 1); NaN for fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}

/** x[i] - y[i]. */
export function differences(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: x.length }, (_, i) => x[i]! - y[i]!);
}
