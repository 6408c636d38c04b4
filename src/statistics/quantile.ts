/**
 * The `p`-quantile of `values` with linear interpolation between order statistics (type 7 of Hyndman and Fan 1996,
 * numpy's default). `values` is not changed; NaN when empty.
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  return sortedQuantile(Float64Array.from(values).sort(), p);
}

/** As `quantile`, for values in ascending order. */
export function sortedQuantile(sorted: ArrayLike<number>, p: number): number {
  const n = sorted.length;
  if (n === 0 || !(p >= 0 && p <= 1)) return Number.NaN;
  const at = p * (n - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, n - 1)]!;
  return low + (high - low) * (at - below);
}
