/**
 * Ends of an axis that show all `values` and as much of the `bounds` of their intervals as leaves the values readable:
 * intervals of two or three seeds may be a hundred times wider than the differences that matter. `cut` says that
 * intervals leave the picture. The axis ends where the `range` of possible values ends.
 */
export function scaleDomain(
  values: readonly number[],
  bounds: readonly number[],
  range: readonly [number | null, number | null] = [null, null],
): { readonly domain: [number, number]; readonly cut: boolean } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const spread = high - low || Math.abs(high) * 0.1 || 1;
  const least = Math.max(low - 0.6 * spread, Math.min(low, ...bounds));
  const most = Math.min(high + 0.6 * spread, Math.max(high, ...bounds));
  const pad = 0.06 * (most - least || spread);
  // A little beyond the possible values, so that marks at the end are whole.
  const [floor, ceiling] = [(range[0] ?? -Infinity) - pad / 3, (range[1] ?? Infinity) + pad / 3];
  const domain: [number, number] = [Math.max(floor, least - pad), Math.min(ceiling, most + pad)];
  return { domain, cut: bounds.some((b) => b < domain[0] || b > domain[1]) };
}

/** Whether values span so much that only a logarithmic axis shows all of them. */
export function wantsLog(values: readonly number[]): boolean {
  const positive = values.every((value) => value > 0);
  return positive && values.length > 0 && Math.max(...values) > 4 * Math.min(...values);
}
