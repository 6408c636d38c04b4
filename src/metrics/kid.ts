/** Kernel distance between real and generated features: an unbiased estimate of a squared maximum mean discrepancy. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { mean, standardDeviation } from '../numeric/covariance.ts';
import { type Matrix, selectRows } from '../numeric/matrix.ts';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { type Kernel, polynomialKernel, squaredDiscrepancy } from './mmd.ts';
import { integer } from './options.ts';

const binkowski2018: Citation = {
  key: 'binkowski2018demystifying',
  type: 'inproceedings',
  authors: 'Bińkowski, Mikołaj and Sutherland, Danica J. and Arbel, Michael and Gretton, Arthur',
  title: 'Demystifying MMD GANs',
  venue: 'International Conference on Learning Representations',
  year: 2018,
  url: 'https://arxiv.org/abs/1801.01401',
};

/** The unbiased estimate on each pair of subsets, given as row indices. */
export function subsetEstimates(
  x: Matrix,
  y: Matrix,
  kernel: Kernel,
  subsets: readonly (readonly [ArrayLike<number>, ArrayLike<number>])[],
): Float64Array {
  return Float64Array.from(
    subsets,
    ([ofX, ofY]) => squaredDiscrepancy(selectRows(x, ofX), selectRows(y, ofY), kernel).unbiased,
  );
}

/**
 * Kernel inception distance with the polynomial kernel (gamma x.y + coef0)^degree, gamma = 1 / d by default.
 *
 * By default all pairs are used: of the unbiased estimates the one with the smallest variance, and the same for every order
 * of the items. With `subsets` > 0 it is the mean over that many pairs of random subsets of `subset_size` items (the protocol
 * of Bińkowski et al.), and `std` the standard deviation over them. Values below 0 are possible and mean 0.
 */
export const kid = defineMetric({
  name: 'kid',
  title: 'Kernel distance (KID)',
  summary:
    'How far the distribution of generated features is from that of real ones, by an unbiased kernel estimate; around 0 when they agree.',
  unit: 'squared kernel units',
  direction: 'lower',
  range: [-Infinity, Infinity],
  version: 1,
  citations: [binkowski2018],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z.object({
    subsets: integer(0, 0).describe('pairs of random subsets to average over; 0: all pairs of items at once'),
    subset_size: integer(1000, 2).describe('items in a subset'),
    degree: integer(3, 1).describe('degree of the polynomial kernel'),
    gamma: z
      .number('a number above 0')
      .positive('a number above 0')
      .optional()
      .describe('factor of the inner product; 1 / dimensions if not given'),
    coef0: z.number('a number').default(1).describe('constant of the polynomial kernel'),
  }),
  compute({ real, generated }, { subsets, subset_size, degree, gamma, coef0 }, { random }) {
    const kernel = polynomialKernel(gamma ?? 1 / real.columns, coef0, degree);
    if (subsets === 0) {
      const { unbiased, biased } = squaredDiscrepancy(real, generated, kernel);
      return { value: unbiased, extras: { biased } };
    }
    const smallest = Math.min(real.rows, generated.rows);
    if (subset_size > smallest)
      throw new GraftError('invalid-value', {
        what: "option 'subset_size'",
        received: subset_size,
        allowed: `at most the number of items, ${smallest}`,
        where: 'kid',
        hint: 'subsets=0 uses all items at once.',
      });
    const draws = Array.from({ length: subsets }, (_, i) => {
      const pick = (name: string, rows: number) =>
        random.child(i).child(name).permutation(rows).subarray(0, subset_size);
      return [pick('real', real.rows), pick('generated', generated.rows)] as const;
    });
    const values = subsetEstimates(real, generated, kernel, draws);
    return { value: mean(values), extras: { std: standardDeviation(values, 0) } };
  },
});
