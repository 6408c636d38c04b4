/** Share of samples about which a classifier is sure. */
import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { type Matrix, rowOf } from '../numeric/matrix.ts';
import { requireDistributions } from './inception-score.ts';
import { defineMetric } from './metric.ts';

/** Share of rows [n, classes] whose largest entry, but for column `noClass`, is at least `threshold`. */
export function recognisedShare(probabilities: Matrix, threshold: number, noClass?: number): number {
  let count = 0;
  for (let i = 0; i < probabilities.rows; i++)
    if (rowOf(probabilities, i).some((p, c) => p >= threshold && c !== noClass)) count++;
  return count / probabilities.rows;
}

const thresholdRule = 'a probability above 0, at most 1';
const noClassRule = 'the index of a column, from 0 on';

/**
 * Share of samples to which a classifier of real examples gives one class at least the probability `threshold`. It says
 * whether samples look like some class, not whether they cover all of them, and it depends on classifier and threshold: so
 * the same share of real examples that the classifier has not seen belongs beside it (`real`, then among the extras as
 * `real` and, as what is left to gain, `gap` = real - value).
 */
export const recognised = defineMetric({
  name: 'recognised',
  title: 'Recognised share',
  summary: 'Share of samples that a classifier of real examples recognises as one of its classes.',
  unit: 'share of samples',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [],
  needs: {
    probabilities: {
      kind: 'matrix',
      what: "a classifier's class probabilities of generated examples, [items, classes]",
    },
    real: {
      kind: 'matrix',
      what: 'its class probabilities of real held-out examples, [items, classes]',
      optional: true,
      sameSizeAs: 'probabilities',
    },
  },
  options: z.object({
    threshold: z
      .number(thresholdRule)
      .gt(0, thresholdRule)
      .max(1, thresholdRule)
      .default(0.5)
      .describe('probability of the most probable class from which on a sample counts'),
    no_class: z
      .int(noClassRule)
      .min(0, noClassRule)
      .optional()
      .describe("column that stands for 'none of the classes', which recognises nothing"),
  }),
  compute({ probabilities, real }, { threshold, no_class }) {
    requireDistributions(probabilities, 'recognised', 'probabilities');
    if (no_class !== undefined && no_class >= probabilities.columns)
      throw new GraftError('invalid-value', {
        what: "option 'no_class'",
        received: no_class,
        allowed: `from 0 to ${probabilities.columns - 1}: there are ${probabilities.columns} columns`,
        where: 'recognised',
      });
    const value = recognisedShare(probabilities, threshold, no_class);
    const standardError = Math.sqrt((value * (1 - value)) / probabilities.rows);
    if (real === undefined) return { value, standardError };
    requireDistributions(real, 'recognised', 'real');
    const realShare = recognisedShare(real, threshold, no_class);
    return { value, standardError, extras: { real: realShare, gap: realShare - value } };
  },
});
