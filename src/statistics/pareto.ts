import { GraftError } from '../errors.ts';
import { requireFinite } from './require-finite.ts';

/** Whether less or more of each objective is better; without it less is, in all. */
export type ObjectiveDirections = readonly ('lower' | 'higher')[];

/**
 * Indices of the points [n, objectives] that no other point dominates (as good in all objectives and better in one).
 * Equal points do not dominate each other.
 */
export function paretoFront(
  points: readonly ArrayLike<number>[],
  directions?: ObjectiveDirections,
): number[] {
  const layers = nondominatedLayers(points, directions);
  return layers.flatMap((layer, i) => (layer === 0 ? [i] : []));
}

/** The layer of each point: 0 on the Pareto front, 1 on the front of the rest, … (Goldberg 1989; Deb et al. 2002). */
export function nondominatedLayers(
  points: readonly ArrayLike<number>[],
  directions?: ObjectiveDirections,
): number[] {
  const rows = oriented(points, directions);
  const layers = rows.map(() => -1);
  let open = rows.map((_, i) => i);
  for (let layer = 0; open.length > 0; layer++) {
    const front = open.filter((i) => !open.some((j) => dominates(rows[j]!, rows[i]!)));
    for (const i of front) layers[i] = layer;
    open = open.filter((i) => layers[i] === -1);
  }
  return layers;
}

/**
 * Volume between the points [n, objectives] and the reference point that at least one point dominates (Zitzler and
 * Thiele 1998). Points that are not better than the reference in every objective add nothing. Exact, by slicing along
 * one objective at a time; meant for up to a few hundred points and 5 objectives.
 */
export function hypervolume(
  points: readonly ArrayLike<number>[],
  reference: ArrayLike<number>,
  directions?: ObjectiveDirections,
): number {
  const [bound, ...rows] = oriented([reference, ...points], directions);
  const inside = rows.filter((row) => row.every((value, k) => value < bound![k]!));
  return slicedVolume(inside, bound!, bound!.length);
}

function slicedVolume(rows: number[][], bound: number[], objectives: number): number {
  if (rows.length === 0) return 0;
  const last = objectives - 1;
  if (last === 0) return bound[0]! - Math.min(...rows.map((row) => row[0]!));
  const sorted = [...rows].sort((a, b) => a[last]! - b[last]!);
  let volume = 0;
  for (let i = 0; i < sorted.length; i++) {
    const depth = (sorted[i + 1]?.[last] ?? bound[last]!) - sorted[i]![last]!;
    if (depth > 0) volume += depth * slicedVolume(sorted.slice(0, i + 1), bound, last);
  }
  return volume;
}

function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (let k = 0; k < a.length; k++) {
    if (a[k]! > b[k]!) return false;
    if (a[k]! < b[k]!) better = true;
  }
  return better;
}

/** The points as rows in which less is better. */
function oriented(points: readonly ArrayLike<number>[], directions?: ObjectiveDirections): number[][] {
  const objectives = directions?.length ?? points[0]?.length ?? 0;
  return points.map((point, i) => {
    if (point.length !== objectives || objectives === 0) {
      throw new GraftError('bad-data', {
        what: 'points',
        problem: `point ${i} has ${point.length} objectives, ${objectives} are expected`,
      });
    }
    requireFinite(point, 'points', `point ${i}`);
    return Array.from(point, (value, k) => (directions?.[k] === 'higher' ? -value : value));
  });
}
