/** MAUVE: area under a divergence curve of two quantised distributions. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { kMeans, kMeansFromRandom } from '../numeric/k-means.ts';
import { concatenateRows, type Matrix, matrix, rowOf, selectRows } from '../numeric/matrix.ts';
import { dot } from '../numeric/matrix-product.ts';
import { principalComponents } from '../numeric/principal-components.ts';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { integer, positive } from './options.ts';

const pillutla2021: Citation = {
  key: 'pillutla2021mauve',
  type: 'inproceedings',
  authors:
    'Pillutla, Krishna and Swayamdipta, Swabha and Zellers, Rowan and Thickstun, John and Welleck, Sean and Choi, Yejin and Harchaoui, Zaid',
  title: 'MAUVE: Measuring the Gap Between Neural Text and Human Text using Divergence Frontiers',
  venue: 'Advances in Neural Information Processing Systems 34',
  year: 2021,
  url: 'https://arxiv.org/abs/2102.01454',
};

/** Kullback-Leibler divergence in nats of histograms; Infinity where q lacks a bin of p. */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i]! > 0) sum += p[i]! * Math.log(p[i]! / q[i]!);
  return sum;
}

/**
 * Points (exp(-c KL(q|r)), exp(-c KL(p|r))) for mixtures r = w p + (1 - w) q with `points` weights between the ends (1, 0) and
 * (0, 1) (Pillutla et al. 2021).
 */
export function divergenceCurve(
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  points: number,
  c: number,
): [number, number][] {
  const curve: [number, number][] = [[1, 0]];
  for (let i = 0; i < points; i++) {
    const w = points === 1 ? 1e-6 : 1e-6 + ((1 - 2e-6) * i) / (points - 1);
    const r = Array.from(p, (value, bin) => w * value + (1 - w) * q[bin]!);
    curve.push([Math.exp(-c * klDivergence(q, r)), Math.exp(-c * klDivergence(p, r))]);
  }
  curve.push([0, 1]);
  return curve;
}

/** The mean of the areas under the curve, seen from both axes, by the trapezoidal rule. */
export function areaUnderCurve(curve: readonly (readonly [number, number])[]): number {
  const area = (along: 0 | 1) => {
    const sorted = [...curve].sort((a, b) => a[along] - b[along]);
    let sum = 0;
    for (let i = 1; i < sorted.length; i++) {
      const [a, b] = [sorted[i - 1]!, sorted[i]!];
      sum += ((b[along] - a[along]) * (a[1 - along]! + b[1 - along]!)) / 2;
    }
    return sum;
  };
  return (area(0) + area(1)) / 2;
}

/** MAUVE of two histograms that sum to 1. */
export function mauveOf(p: ArrayLike<number>, q: ArrayLike<number>, points = 25, c = 5): number {
  return areaUnderCurve(divergenceCurve(p, q, points, c));
}

/** Frontier integral of two histograms, in [0, 1] (Liu et al. 2021, 'Divergence Frontiers for Generative Models'), times 2. */
export function frontierIntegral(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const [a, b] = [p[i]!, q[i]!];
    if (a === 0 || b === 0) sum += (a + b) / 4;
    else if (Math.abs(a - b) > 1e-8) sum += (a + b) / 4 - (a * b * Math.log(a / b)) / (2 * (a - b));
  }
  return 2 * sum;
}

export interface Quantised {
  readonly labels: Int32Array;
  /** Principal components kept. */
  readonly dimensions: number;
}

/**
 * Clusters of the rows of X [n, d]: rows are scaled to length 1, reduced to the first principal components that hold the share
 * `explained` of the variance, and grouped by `cluster`.
 */
export function quantise(x: Matrix, explained: number, cluster: (points: Matrix) => Int32Array): Quantised {
  const unit = matrix(x.rows, x.columns);
  for (let i = 0; i < x.rows; i++) {
    const row = rowOf(x, i);
    const norm = Math.sqrt(dot(row, row)) || 1;
    unit.data.set(
      row.map((value) => value / norm),
      i * x.columns,
    );
  }
  const { scores, variances } = principalComponents(unit);
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  let dimensions = 0;
  let held = 0;
  while (dimensions < variances.length && held < explained * total) held += variances[dimensions++]!;
  // Without any variance one column of zeros stands for all of them.
  if (dimensions === 0) return { labels: cluster(matrix(x.rows, 1)), dimensions: 0 };
  const points = matrix(x.rows, dimensions);
  for (let i = 0; i < x.rows; i++) points.data.set(rowOf(scores, i).subarray(0, dimensions), i * dimensions);
  return { labels: cluster(points), dimensions };
}

/** Lloyd's iterations from the points with the given row numbers. */
export function clusterFrom(rows: ArrayLike<number>): (points: Matrix) => Int32Array {
  return (points) => kMeans(points, selectRows(points, rows), 500).labels;
}

/** Shares of `labels` in each of `bins` clusters, with `added` to each count (0.5: Krichevsky-Trofimov). */
export function histogram(labels: Int32Array, bins: number, added = 0): Float64Array {
  const counts = new Float64Array(bins).fill(added);
  for (const label of labels) counts[label] = counts[label]! + 1;
  return counts.map((count) => count / (labels.length + added * bins));
}

/**
 * MAUVE of generated and real features. Deviation from the authors' program: k-means runs in float64 from k-means++ starting
 * points, so values agree with theirs up to the clustering.
 */
export const mauve = defineMetric({
  name: 'mauve',
  title: 'MAUVE',
  summary:
    'How close the distributions of generated and real texts are, from 0 to 1, by the features of their clusters.',
  unit: 'score',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [pillutla2021],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z.object({
    clusters: integer(0, 0).describe('clusters; 0: a tenth of the smaller set, at least 2'),
    explained: z
      .number('a number above 0, up to 1')
      .positive('a number above 0, up to 1')
      .max(1, 'a number above 0, up to 1')
      .default(0.9)
      .describe('share of the variance that is kept'),
    scale: positive(5).describe('constant c of the divergence curve'),
    points: integer(25, 2).describe('points on the divergence curve'),
    smoothing: z
      .number('a number from 0 on')
      .min(0, 'a number from 0 on')
      .default(0)
      .describe('added to the count of each cluster; 0.5 lowers the bias of small sets'),
  }),
  compute({ real, generated }, { clusters, explained, scale, points, smoothing }, { random }) {
    const smallest = Math.min(real.rows, generated.rows);
    const bins = clusters === 0 ? Math.max(2, Math.round(smallest / 10)) : clusters;
    if (bins > smallest)
      throw new GraftError('bad-data', {
        what: 'mauve',
        problem: `${smallest} items are too few for ${bins} clusters`,
      });
    const { labels, dimensions } = quantise(
      concatenateRows([generated, real]),
      explained,
      (rows) => kMeansFromRandom(rows, bins, random.child('clusters')).labels,
    );
    const p = histogram(labels.subarray(generated.rows), bins, smoothing);
    const q = histogram(labels.subarray(0, generated.rows), bins, smoothing);
    return {
      value: Math.min(1, mauveOf(p, q, points, scale)),
      extras: { frontier_integral: frontierIntegral(p, q), clusters: bins, dimensions },
    };
  },
});
