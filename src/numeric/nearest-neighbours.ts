/** Exact k nearest neighbours by squared Euclidean distance. */
import { GraftError } from '../errors.ts';
import { forEachDistanceBlock } from './distances.ts';
import type { Matrix } from './matrix.ts';

/** The `k` nearest points of each of m queries, nearest first; among equal distances the lower index comes first. */
export interface Neighbours {
  readonly k: number;
  /** Row indices of the points, [m, k]. */
  readonly indices: Int32Array;
  /** Squared distances, [m, k]. */
  readonly squaredDistances: Float64Array;
}

/** The `k` rows of `points` [n, d] nearest to each row of `queries` [m, d]; 1 <= k <= n. */
export function nearestNeighbours(queries: Matrix, points: Matrix, k: number): Neighbours {
  return search(queries, points, k, false);
}

/** The `k` other rows nearest to each row of `points` [n, d] (a duplicate counts as another row); 1 <= k <= n - 1. */
export function nearestNeighboursWithin(points: Matrix, k: number): Neighbours {
  return search(points, points, k, true);
}

function search(queries: Matrix, points: Matrix, k: number, withoutSelf: boolean): Neighbours {
  const available = points.rows - (withoutSelf ? 1 : 0);
  if (!(Number.isInteger(k) && k >= 1 && k <= available))
    throw new GraftError('invalid-value', {
      what: 'number of neighbours k',
      received: k,
      allowed: available < 1 ? 'none, there are too few points' : `1 .. ${available}`,
    });
  const indices = new Int32Array(queries.rows * k);
  const distances = new Float64Array(queries.rows * k).fill(Infinity);
  forEachDistanceBlock(queries, points, (first, count, block) => {
    for (let r = 0; r < count; r++) {
      const base = (first + r) * k;
      const start = r * points.rows;
      const self = withoutSelf ? first + r : -1;
      let worst = Infinity;
      for (let j = 0; j < points.rows; j++) {
        const distance = block[start + j]!;
        if (!(distance < worst) || j === self) continue;
        let slot = k - 1;
        while (slot > 0 && distances[base + slot - 1]! > distance) {
          distances[base + slot] = distances[base + slot - 1]!;
          indices[base + slot] = indices[base + slot - 1]!;
          slot--;
        }
        distances[base + slot] = distance;
        indices[base + slot] = j;
        worst = distances[base + k - 1]!;
      }
    }
  });
  if (distances.some((distance) => distance === Infinity))
    throw new GraftError('not-finite', { what: 'the distance to a nearest neighbour' });
  return { k, indices, squaredDistances: distances };
}
