/** Sliced Wasserstein distance between real and generated features. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { centred, columnMeans, mean } from '../numeric/covariance.ts';
import { squaredDistance } from '../numeric/distances.ts';
import { type Matrix, matrix, rowOf } from '../numeric/matrix.ts';
import { dot, multiplyTransposed } from '../numeric/matrix-product.ts';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { integer } from './options.ts';

const bonneel2015: Citation = {
  key: 'bonneel2015sliced',
  type: 'article',
  authors: 'Bonneel, Nicolas and Rabin, Julien and Peyré, Gabriel and Pfister, Hanspeter',
  title: 'Sliced and Radon Wasserstein Barycenters of Measures',
  venue: 'Journal of Mathematical Imaging and Vision 51',
  year: 2015,
};

const nadjahi2021: Citation = {
  key: 'nadjahi2021fast',
  type: 'inproceedings',
  authors: 'Nadjahi, Kimia and Durmus, Alain and Jacob, Pierre E. and Badeau, Roland and Şimşekli, Umut',
  title: 'Fast Approximation of the Sliced-Wasserstein Distance Using Concentration of Random Projections',
  venue: 'Advances in Neural Information Processing Systems 34',
  year: 2021,
  url: 'https://arxiv.org/abs/2106.15427',
};

/** The order-p Wasserstein distance of two samples on a line, to the power p; both sorted in ascending order, of any sizes. */
export function lineTransport(x: Float64Array, y: Float64Array, p: 1 | 2): number {
  const m = x.length;
  const n = y.length;
  let sum = 0;
  // Positions are counted in units of 1 / (m n), so that all steps are integers.
  let position = 0;
  for (let i = 0, j = 0; i < m && j < n; ) {
    const end = Math.min((i + 1) * n, (j + 1) * m);
    const gap = Math.abs(x[i]! - y[j]!);
    sum += (end - position) * (p === 1 ? gap : gap * gap);
    position = end;
    if (end === (i + 1) * n) i++;
    if (end === (j + 1) * m) j++;
  }
  return sum / (m * n);
}

/** (mean over directions [k, d] of the line distances to the power p)^(1/p). */
export function slicedDistance(x: Matrix, y: Matrix, directions: Matrix, p: 1 | 2): number {
  const ofX = multiplyTransposed(directions, x);
  const ofY = multiplyTransposed(directions, y);
  const costs = Array.from({ length: directions.rows }, (_, i) =>
    lineTransport(rowOf(ofX, i).sort(), rowOf(ofY, i).sort(), p),
  );
  return p === 1 ? mean(costs) : Math.sqrt(mean(costs));
}

/** The approximation of the order-2 distance that needs no directions, over the square root of d (Nadjahi et al. 2021). */
export function slicedApproximation(x: Matrix, y: Matrix): number {
  const [meanX, meanY] = [columnMeans(x), columnMeans(y)];
  const spread = (a: Matrix, centre: Float64Array) => {
    const c = centred(a, centre);
    return Math.sqrt(dot(c.data, c.data) / (a.rows * a.columns));
  };
  const gap = spread(x, meanX) - spread(y, meanY);
  return Math.sqrt(squaredDistance(meanX, meanY) / x.columns + gap * gap);
}

/** Sliced Wasserstein distance of order `p` over random directions, exact on each line for sets of any sizes. */
export const slicedWasserstein = defineMetric({
  name: 'sliced_wasserstein',
  title: 'Sliced Wasserstein distance',
  summary:
    'How far generated features must be moved to become the real ones, seen along random directions; 0 when both sets are alike.',
  unit: 'feature units',
  direction: 'lower',
  range: [0, Infinity],
  version: 1,
  citations: [bonneel2015, nadjahi2021],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z.object({
    directions: integer(256, 1).describe('random directions to project on'),
    p: z
      .union([z.literal(1), z.literal(2)], '1 or 2')
      .default(2)
      .describe('order of the distance'),
  }),
  compute({ real, generated }, { directions, p }, { random }) {
    const draws = matrix(
      directions,
      real.columns,
      random.child('directions').normals(directions * real.columns),
    );
    for (let i = 0; i < directions; i++) {
      const direction = rowOf(draws, i);
      const norm = Math.sqrt(dot(direction, direction));
      direction.forEach((value, j) => {
        direction[j] = value / norm;
      });
    }
    return {
      value: slicedDistance(real, generated, draws, p),
      extras: { approximation: slicedApproximation(real, generated) },
    };
  },
});
