/** C_T test of data copying. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { kMeansFromRandom } from '../numeric/k-means.ts';
import { type Matrix, selectRows } from '../numeric/matrix.ts';
import { nearestNeighbours } from '../numeric/nearest-neighbours.ts';
import { threeFeatureSets } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { integer } from './options.ts';

const meehan2020: Citation = {
  key: 'meehan2020nonparametric',
  type: 'inproceedings',
  authors: 'Meehan, Casey and Chaudhuri, Kamalika and Dasgupta, Sanjoy',
  title: 'A Three Sample Hypothesis Test for Evaluating Generative Models',
  venue: 'Proceedings of the 23rd International Conference on Artificial Intelligence and Statistics',
  year: 2020,
  url: 'https://arxiv.org/abs/2004.05675',
};

/**
 * z-score of the Mann-Whitney statistic that compares distances to the nearest training point: of generated points with those of
 * held-out points. Below 0: generated points are nearer. Ties count one half; continuity is corrected by 1/2, ties are not.
 */
export function copyingScore(test: Matrix, generated: Matrix, train: Matrix): number {
  const ofTest = nearestNeighbours(test, train, 1).squaredDistances.sort();
  const ofGenerated = nearestNeighbours(generated, train, 1).squaredDistances;
  const n = ofTest.length;
  const m = ofGenerated.length;
  let u = 0;
  for (const distance of ofGenerated)
    u += (countBelow(ofTest, distance, false) + countBelow(ofTest, distance, true)) / 2;
  return (u - ((n * m) / 2 - 0.5)) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

/** The number of sorted values below `limit`, or up to it. */
function countBelow(sorted: Float64Array, limit: number, included: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < limit || (included && sorted[middle]! === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Points and the cell of each. */
export interface CelledPoints {
  readonly points: Matrix;
  readonly cells: ArrayLike<number>;
}

/**
 * C_T of Meehan et al. 2020: the mean of the cells' scores weighted by their shares of held-out points, over the cells 0 ..
 * `count` - 1 that hold more than the share `tau` of the generated points. A cell without generated points scores 0.
 */
export function copyingTest(
  test: CelledPoints,
  generated: CelledPoints,
  train: CelledPoints,
  count: number,
  tau: number,
): { value: number; scores: Float64Array; used: number } {
  const scores = new Float64Array(count);
  let value = 0;
  let weight = 0;
  let used = 0;
  for (let cell = 0; cell < count; cell++) {
    const [ofTest, ofGenerated, ofTrain] = [test, generated, train].map((set) => inCell(set, cell));
    if (ofTest!.rows === 0 || ofTrain!.rows === 0)
      throw new GraftError('bad-data', {
        what: 'ct_test',
        problem: `cell ${cell} holds ${ofTest!.rows} held-out and ${ofTrain!.rows} training points`,
        hint: 'Use fewer cells.',
      });
    if (ofGenerated!.rows > 0) scores[cell] = copyingScore(ofTest!, ofGenerated!, ofTrain!);
    if (!(ofGenerated!.rows / generated.points.rows > tau)) continue;
    used++;
    weight += ofTest!.rows;
    value += ofTest!.rows * scores[cell]!;
  }
  if (used === 0)
    throw new GraftError('bad-data', {
      what: 'ct_test',
      problem: `no cell holds more than the share ${tau} of the generated points`,
      hint: 'Use fewer cells or a smaller tau.',
    });
  return { value: value / weight, scores, used };
}

function inCell({ points, cells }: CelledPoints, cell: number): Matrix {
  const rows: number[] = [];
  for (let i = 0; i < points.rows; i++) if (cells[i] === cell) rows.push(i);
  return selectRows(points, rows);
}

/**
 * |C_T|, the distance of the C_T statistic from 0, which is best. C_T itself, among the extras as `c_t`, is two-sided: far
 * below 0 the samples lie nearer to training data than held-out data do (copying, about -3 is significant), far above 0
 * farther (underfitting). With `cells` > 1 space is divided by k-means on the training set.
 */
export const ctTest = defineMetric({
  name: 'ct_test',
  title: 'Data-copying test (C_T)',
  summary:
    'How far samples are from lying as near to training examples as held-out examples do, as the size of a z-score; its sign (c_t) says which way: below 0 means copying, above 0 underfitting.',
  unit: 'standard deviations',
  direction: 'lower',
  range: [0, Infinity],
  version: 2,
  citations: [meehan2020],
  needs: threeFeatureSets,
  options: z.object({
    cells: integer(1, 1).describe('parts of space, by k-means on the training set'),
    tau: z
      .number('a number from 0 on, below 1')
      .min(0, 'a number from 0 on, below 1')
      .lt(1, 'a number from 0 on, below 1')
      .default(0.05)
      .describe('cells with no more than this share of the samples are left out'),
  }),
  compute({ train, test, generated }, { cells, tau }, { random }) {
    const found = (score: number, used: number) => ({
      value: Math.abs(score),
      extras: { c_t: score, cells_used: used },
    });
    if (cells === 1) return found(copyingScore(test, generated, train), 1);
    const { centroids, labels } = kMeansFromRandom(train, cells, random.child('cells'));
    const cellOf = (points: Matrix) => ({ points, cells: nearestNeighbours(points, centroids, 1).indices });
    const { value, used } = copyingTest(
      cellOf(test),
      cellOf(generated),
      { points: train, cells: labels },
      cells,
      tau,
    );
    return found(value, used);
  },
});
