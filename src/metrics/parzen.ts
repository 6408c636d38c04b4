/** Parzen-window estimate of the held-out log-likelihood. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { mean, standardDeviation } from '../numeric/covariance.ts';
import { forEachDistanceBlock } from '../numeric/distances.ts';
import { logSumExp } from '../numeric/log-sum-exp.ts';
import type { Matrix } from '../numeric/matrix.ts';
import { defineMetric } from './metric.ts';

const goodfellow2014: Citation = {
  key: 'goodfellow2014generative',
  type: 'inproceedings',
  authors: 'Goodfellow, Ian and Pouget-Abadie, Jean and Mirza, Mehdi and others',
  title: 'Generative Adversarial Nets',
  venue: 'Advances in Neural Information Processing Systems 27',
  year: 2014,
  url: 'https://arxiv.org/abs/1406.2661',
};

/** The widths that are tried on validation data: ten from 0.1 to 1, evenly spaced in the logarithm. */
const candidates = Array.from({ length: 10 }, (_, i) => 10 ** (-1 + i / 9));

/** Log-density in nats of each row of X [n, d] under Gaussians of width sigma around all samples [m, d]. */
export function parzenLogLikelihood(samples: Matrix, x: Matrix, sigma: number): Float64Array {
  const result = new Float64Array(x.rows);
  const constant = Math.log(samples.rows) + x.columns * Math.log(sigma * Math.sqrt(2 * Math.PI));
  const scale = -1 / (2 * sigma * sigma);
  forEachDistanceBlock(x, samples, (first, count, block) => {
    for (let at = 0; at < block.length; at++) block[at] = block[at]! * scale;
    for (let r = 0; r < count; r++)
      result[first + r] = logSumExp(block.subarray(r * samples.rows, (r + 1) * samples.rows)) - constant;
  });
  return result;
}

/**
 * Mean log-likelihood of held-out items under a Gaussian kernel density around samples. The width is `sigma`, or the best on
 * `validation` of ten from 0.1 to 1. Known to rank models wrongly in many dimensions (Theis et al. 2016): for comparison with
 * old results only.
 */
export const parzen = defineMetric({
  name: 'parzen',
  title: 'Parzen-window log-likelihood',
  summary:
    'Log-likelihood of held-out examples under a smooth density around the samples; a historical measure that can mislead.',
  unit: 'nats/item',
  direction: 'higher',
  range: [-Infinity, Infinity],
  version: 1,
  citations: [goodfellow2014],
  needs: {
    test: { kind: 'matrix', what: 'held-out items, one row each' },
    generated: { kind: 'matrix', what: 'generated items, one row each', sameSizeAs: 'test' },
    validation: {
      kind: 'matrix',
      what: 'items on which the width is chosen',
      sameSizeAs: 'test',
      optional: true,
    },
  },
  options: z.object({
    sigma: z
      .number('a number above 0')
      .positive('a number above 0')
      .optional()
      .describe('width of the Gaussians; chosen on validation items if not given'),
  }),
  compute({ test, generated, validation }, { sigma }) {
    if ((sigma === undefined) === (validation === undefined))
      throw new GraftError('bad-data', {
        what: 'parzen',
        problem: `exactly one of the option 'sigma' and the input 'validation' is needed, got ${sigma === undefined ? 'neither' : 'both'}`,
      });
    const width = sigma ?? bestWidth(generated, validation as Matrix, candidates);
    const logLikelihood = parzenLogLikelihood(generated, test, width);
    return {
      value: mean(logLikelihood),
      standardError: standardDeviation(logLikelihood, 0) / Math.sqrt(test.rows),
      extras: { sigma: width },
      perItem: { log_likelihood: logLikelihood },
    };
  },
});

/** The first of `widths` with the largest mean log-likelihood of the validation items. */
export function bestWidth(samples: Matrix, validation: Matrix, widths: readonly number[]): number {
  const means = widths.map((width) => mean(parzenLogLikelihood(samples, validation, width)));
  return widths[means.indexOf(Math.max(...means))]!;
}
