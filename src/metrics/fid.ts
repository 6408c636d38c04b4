/** Fréchet distance between Gaussians fitted to real and to generated features. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { semidefiniteFactor } from '../numeric/cholesky.ts';
import { centred, columnMeans, covariance } from '../numeric/covariance.ts';
import { squaredDistance } from '../numeric/distances.ts';
import { type Matrix, matrix } from '../numeric/matrix.ts';
import { dot, multiplyTransposed } from '../numeric/matrix-product.ts';
import { nuclearNorm } from '../numeric/singular-values.ts';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { choice } from './options.ts';

const heusel2017: Citation = {
  key: 'heusel2017gans',
  type: 'inproceedings',
  authors:
    'Heusel, Martin and Ramsauer, Hubert and Unterthiner, Thomas and Nessler, Bernhard and Hochreiter, Sepp',
  title: 'GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium',
  venue: 'Advances in Neural Information Processing Systems 30',
  year: 2017,
  url: 'https://arxiv.org/abs/1706.08500',
};

/** Mean [d] and a factor F [r, d] of the covariance, F' F = covariance. */
export interface GaussianFit {
  readonly mean: ArrayLike<number>;
  readonly factor: Matrix;
}

/** The Gaussian with mean and unbiased covariance of the rows of X [n, d], n >= 2. */
export function fitGaussian(x: Matrix): GaussianFit {
  const mean = columnMeans(x);
  if (x.rows > x.columns) return { mean, factor: semidefiniteFactor(covariance(x, { means: mean })) };
  // With fewer rows than columns the centred rows are the shorter factor, and nothing has to be squared.
  if (x.rows < 2)
    throw new GraftError('bad-data', { what: 'covariance', problem: `needs 2 rows or more, got ${x.rows}` });
  const factor = centred(x, mean);
  const scale = 1 / Math.sqrt(x.rows - 1);
  return {
    mean,
    factor: matrix(
      x.rows,
      x.columns,
      factor.data.map((value) => value * scale),
    ),
  };
}

/** The Gaussian with the given mean [d] and covariance [d, d] (symmetric, positive semi-definite). */
export function gaussianFromMoments(mean: ArrayLike<number>, cov: Matrix): GaussianFit {
  return { mean, factor: semidefiniteFactor(cov) };
}

/**
 * |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), the squared 2-Wasserstein distance of two Gaussians (Heusel et al. 2017, eq. 6).
 * With S1 = F1' F1 and S2 = F2' F2 the trace of the root is the sum of the singular values of F1 F2', which holds for singular
 * covariances too: no matrix root, no added epsilon, no discarded imaginary part.
 */
export function frechetDistance(a: GaussianFit, b: GaussianFit): { value: number; meanTerm: number } {
  const meanTerm = squaredDistance(a.mean, b.mean);
  const traces = dot(a.factor.data, a.factor.data) + dot(b.factor.data, b.factor.data);
  const root = nuclearNorm(multiplyTransposed(a.factor, b.factor));
  return { value: Math.max(0, meanTerm + traces - 2 * root), meanTerm };
}

/**
 * Fréchet distance of feature distributions. Refuses sets with no more items than dimensions, whose covariance is singular and
 * whose distance is mostly an artefact of the sample size, unless `small_sample` is 'allow'; warns below five items a
 * dimension, since the estimate is biased upwards by an amount that falls with N.
 */
export const fid = defineMetric({
  name: 'fid',
  title: 'Fréchet distance (FID)',
  summary:
    'How far the mean and covariance of generated features are from those of real ones; 0 when they agree.',
  unit: 'squared feature units',
  direction: 'lower',
  range: [0, Infinity],
  version: 1,
  citations: [heusel2017],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z.object({
    small_sample: choice(['refuse', 'allow'])
      .default('refuse')
      .describe('what to do where a set has no more items than dimensions'),
  }),
  compute({ real, generated }, { small_sample }) {
    const smallest = Math.min(real.rows, generated.rows);
    const d = real.columns;
    const warnings: string[] = [];
    if (smallest <= d) {
      if (small_sample === 'refuse')
        throw new GraftError('bad-data', {
          what: 'fid',
          problem: `${smallest} items are too few for ${d} dimensions, their covariance is singular`,
          hint: `Use more than ${d} items of each kind, fewer dimensions, or kid; small_sample=allow computes it all the same.`,
        });
      warnings.push(
        `${smallest} items for ${d} dimensions: the covariance is singular, the value is dominated by the sample size`,
      );
    } else if (smallest < 5 * d)
      warnings.push(
        `${smallest} items for ${d} dimensions: the estimate is biased upwards, compare equal N only`,
      );
    const { value, meanTerm } = frechetDistance(fitGaussian(real), fitGaussian(generated));
    return {
      value,
      extras: { mean_term: meanTerm, covariance_term: Math.max(0, value - meanTerm) },
      warnings,
    };
  },
});
