/** The nearest training example of each generated one: what to look at to see memorisation. */
import { GraftError } from '../errors.ts';
import { type Matrix, selectRows } from '../numeric/matrix.ts';
import { nearestNeighbours } from '../numeric/nearest-neighbours.ts';

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
  // Only training examples that are somebody's nearest are asked for their own: among the two rows nearest to one of them
  // itself takes one place, at distance 0, whichever index comes first among duplicates.
  const asked = [...new Set(nearest.indices)];
  const own = nearestNeighbours(selectRows(train, asked), train, 2).squaredDistances;
  const spacingOf = new Map(asked.map((row, i) => [row, Math.sqrt(own[2 * i + 1]!)]));
  return {
    index: nearest.indices,
    distance: nearest.squaredDistances.map(Math.sqrt),
    spacing: Float64Array.from(nearest.indices, (i) => spacingOf.get(i)!),
  };
}
