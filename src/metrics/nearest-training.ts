/** The nearest training example of each generated one: what to look at to see memorisation. */
import { GraftError } from '../errors.ts';
import type { Matrix } from '../numeric/matrix.ts';
import { nearestNeighbours, nearestNeighboursWithin } from '../numeric/nearest-neighbours.ts';

export interface NearestTraining {
  /** Row of the nearest training example of each generated one [m]. */
  readonly index: Int32Array;
  /** Its distance [m]. */
  readonly distance: Float64Array;
  /** Distance of that training example to its own nearest other training example [m]. */
  readonly spacing: Float64Array;
}

/** The nearest of the training examples [n, d], n >= 2, to each generated example [m, d]. */
export function nearestTraining(train: Matrix, generated: Matrix): NearestTraining {
  if (train.rows < 2)
    throw new GraftError('bad-data', {
      what: 'training features',
      problem: `2 items or more are needed, got ${train.rows}`,
    });
  const nearest = nearestNeighbours(generated, train, 1);
  const within = nearestNeighboursWithin(train, 1).squaredDistances;
  return {
    index: nearest.indices,
    distance: nearest.squaredDistances.map(Math.sqrt),
    spacing: Float64Array.from(nearest.indices, (i) => Math.sqrt(within[i]!)),
  };
}
