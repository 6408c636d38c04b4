import { tCritical } from './student-t.ts';

/**
 * The last position at which the curve through (`positions` ascending, `values`), linear between points, falls from
 * above zero to zero or below. -Infinity where it is above zero nowhere, Infinity where it still is at the last point.
 */
export function lastFall(positions: ArrayLike<number>, values: ArrayLike<number>): number {
  const last = positions.length - 1;
  if (values[last]! > 0) return Infinity;
  for (let j = last; j > 0; j--) {
    const [from, to] = [values[j - 1]!, values[j]!];
    if (from > 0) return positions[j - 1]! + ((positions[j]! - positions[j - 1]!) * from) / (from - to);
  }
  return values[0]! === 0 ? positions[0]! : -Infinity;
}

/**
 * Interval for the last fall of the mean of several curves: the last positions at which the paired t interval of the
 * mean, curves interpolated one by one, lies wholly above zero and at which it reaches above zero at all. Outside of it
 * the mean is surely ahead (at its start) or surely behind (after its end). `curves` is [n, positions], n >= 2.
 * Fieller 1954, 'Some problems in interval estimation', on each stretch between points.
 */
export function fallInterval(
  positions: ArrayLike<number>,
  curves: readonly ArrayLike<number>[],
  confidence: number,
): [number, number] {
  const n = curves.length;
  const factor = tCritical(1 - confidence, n - 1) / Math.sqrt(n);
  return [lastAbove(positions, curves, -factor), lastAbove(positions, curves, factor)];
}

/** The last position where mean + factor * standard deviation of the curves is above zero; infinite as in `lastFall`. */
function lastAbove(
  positions: ArrayLike<number>,
  curves: readonly ArrayLike<number>[],
  factor: number,
): number {
  for (let j = positions.length - 2; j >= 0; j--) {
    const bound = boundOn(curves, j, factor);
    if (bound.at(1) > 0) return j === positions.length - 2 ? Infinity : positions[j + 1]!;
    // Between roots the sign does not change.
    const ends = [1, ...bound.roots, 0];
    for (let k = 1; k < ends.length; k++) {
      if (bound.at((ends[k - 1]! + ends[k]!) / 2) > 0) {
        return positions[j]! + ends[k - 1]! * (positions[j + 1]! - positions[j]!);
      }
    }
  }
  return boundOn(curves, 0, factor).at(0) > 0 ? positions[0]! : -Infinity;
}

/** mean + factor * standard deviation on the stretch from point j (w = 0) to j + 1 (w = 1), and its roots, last first. */
function boundOn(curves: readonly ArrayLike<number>[], j: number, factor: number) {
  const n = curves.length;
  let [m0, m1] = [0, 0];
  for (const curve of curves) {
    m0 += curve[j]! / n;
    m1 += curve[j + 1]! / n;
  }
  let [v0, v1, c] = [0, 0, 0];
  for (const curve of curves) {
    const [a, b] = [curve[j]! - m0, curve[j + 1]! - m1];
    v0 += (a * a) / (n - 1);
    v1 += (b * b) / (n - 1);
    c += (a * b) / (n - 1);
  }
  const at = (w: number) => {
    const spread = Math.max(0, (1 - w) ** 2 * v0 + 2 * w * (1 - w) * c + w * w * v1);
    return m0 + w * (m1 - m0) + factor * Math.sqrt(spread);
  };
  // mean^2 = factor^2 variance is quadratic in w.
  const f = factor * factor;
  const a = (m1 - m0) ** 2 - f * (v0 - 2 * c + v1);
  const b = 2 * m0 * (m1 - m0) - f * 2 * (c - v0);
  const constant = m0 * m0 - f * v0;
  return { at, roots: quadraticRoots(a, b, constant).filter((w) => w > 0 && w < 1) };
}

/** Real roots of a w^2 + b w + c in descending order, without cancellation. */
function quadraticRoots(a: number, b: number, c: number): number[] {
  const square = b * b - 4 * a * c;
  if (square < 0) return [];
  const q = -0.5 * (b + (b < 0 ? -1 : 1) * Math.sqrt(square));
  const roots = [q / a, c / q].filter(Number.isFinite);
  return roots.sort((x, y) => y - x);
}
