/** k-means clustering by Lloyd's iterations (Lloyd 1982). */
import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import { squaredDistance } from './distances.ts';
import { type Matrix, matrix, rowOf, selectRows } from './matrix.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';

export interface Clustering {
  /** Means of the clusters [k, d]; a cluster that lost all its points keeps its last place. */
  readonly centroids: Matrix;
  /** The cluster of each row [n]. */
  readonly labels: Int32Array;
  /** Sum of squared distances of the rows to their centroids. */
  readonly inertia: number;
  readonly iterations: number;
}

/** Lloyd's iterations on X [n, d] from the given centroids [k, d] until no label changes, at most `maxIterations`. */
export function kMeans(x: Matrix, initial: Matrix, maxIterations = 300): Clustering {
  let centroids = initial;
  let labels = new Int32Array(x.rows).fill(-1);
  let iterations = 0;
  for (;;) {
    const nearest = nearestNeighbours(x, centroids, 1);
    const changed = nearest.indices.some((label, i) => label !== labels[i]);
    labels = Int32Array.from(nearest.indices);
    if (!changed || iterations === maxIterations) {
      const inertia = nearest.squaredDistances.reduce((sum, distance) => sum + distance, 0);
      return { centroids, labels, inertia, iterations };
    }
    iterations++;
    centroids = meansOfClusters(x, labels, centroids);
  }
}

/** The best by inertia of `restarts` runs from k-means++ starting points (Arthur and Vassilvitskii 2007). */
export function kMeansFromRandom(x: Matrix, k: number, random: Stream, restarts = 5): Clustering {
  if (!(Number.isInteger(k) && k >= 1 && k <= x.rows))
    throw new GraftError('invalid-value', {
      what: 'number of clusters',
      received: k,
      allowed: `1 .. ${x.rows}`,
    });
  let best: Clustering | undefined;
  for (let run = 0; run < restarts; run++) {
    const clustering = kMeans(x, selectRows(x, spreadRows(x, k, random.child(run))));
    if (best === undefined || clustering.inertia < best.inertia) best = clustering;
  }
  return best as Clustering;
}

/** k row indices drawn in turn with probability proportional to the squared distance to those drawn before. */
function spreadRows(x: Matrix, k: number, random: Stream): number[] {
  const draws = random.uniforms(k);
  const chosen = [Math.floor(draws[0]! * x.rows)];
  const distances = new Float64Array(x.rows).fill(Infinity);
  while (chosen.length < k) {
    const latest = rowOf(x, chosen[chosen.length - 1]!);
    let total = 0;
    for (let i = 0; i < x.rows; i++) {
      distances[i] = Math.min(distances[i]!, squaredDistance(rowOf(x, i), latest));
      total += distances[i]!;
    }
    let rest = draws[chosen.length]! * total;
    let pick = -1;
    for (let i = 0; i < x.rows; i++) {
      // Where all distances are 0 (fewer distinct rows than clusters), any row not yet drawn serves.
      if (total > 0 ? distances[i]! <= 0 : chosen.includes(i)) continue;
      pick = i;
      rest -= distances[i]!;
      if (rest < 0 || total === 0) break;
    }
    chosen.push(pick);
  }
  return chosen;
}

function meansOfClusters(x: Matrix, labels: Int32Array, previous: Matrix): Matrix {
  const { rows: k, columns: d } = previous;
  const centroids = matrix(k, d);
  const counts = new Float64Array(k);
  for (let i = 0; i < x.rows; i++) {
    const label = labels[i]!;
    counts[label] = counts[label]! + 1;
    for (let j = 0; j < d; j++)
      centroids.data[label * d + j] = centroids.data[label * d + j]! + x.data[i * d + j]!;
  }
  for (let c = 0; c < k; c++)
    for (let j = 0; j < d; j++)
      centroids.data[c * d + j] =
        counts[c] === 0 ? previous.data[c * d + j]! : centroids.data[c * d + j]! / counts[c]!;
  return centroids;
}
