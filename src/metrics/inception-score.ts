/** Inception score of class probabilities. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { mean, standardDeviation } from '../numeric/covariance.ts';
import { type Matrix, rowRange } from '../numeric/matrix.ts';
import { defineMetric } from './metric.ts';
import { choice, integer } from './options.ts';

const salimans2016: Citation = {
  key: 'salimans2016improved',
  type: 'inproceedings',
  authors:
    'Salimans, Tim and Goodfellow, Ian and Zaremba, Wojciech and Cheung, Vicki and Radford, Alec and Chen, Xi',
  title: 'Improved Techniques for Training GANs',
  venue: 'Advances in Neural Information Processing Systems 29',
  year: 2016,
  url: 'https://arxiv.org/abs/1606.03498',
};

const barratt2018: Citation = {
  key: 'barratt2018note',
  type: 'misc',
  authors: 'Barratt, Shane and Sharma, Rishi',
  title: 'A Note on the Inception Score',
  venue: 'arXiv:1801.01973',
  year: 2018,
  url: 'https://arxiv.org/abs/1801.01973',
};

/** exp of the mean Kullback-Leibler divergence of rows [n, classes] from their mean, 0 log 0 being 0. */
export function inceptionScoreOf(probabilities: Matrix): number {
  const { rows, columns, data } = probabilities;
  const marginal = new Float64Array(columns);
  for (let at = 0; at < data.length; at++)
    marginal[at % columns] = marginal[at % columns]! + data[at]! / rows;
  let sum = 0;
  for (let at = 0; at < data.length; at++)
    if (data[at]! > 0) sum += data[at]! * Math.log(data[at]! / marginal[at % columns]!);
  return Math.exp(sum / rows);
}

/**
 * Inception score (Salimans et al. 2016). By default over all samples at once, which does not depend on their order; with
 * `splits` > 1 the mean over consecutive parts, as is customary with 10 (a biased estimate where parts are small, Barratt and
 * Sharma 2018). `remainder`: 'spread' uses every sample, 'drop' cuts the parts to one size, as the classic program does.
 */
export const inceptionScore = defineMetric({
  name: 'inception_score',
  title: 'Inception score',
  summary:
    'How sure a classifier is about each sample and how evenly the samples cover its classes; from 1 to the number of classes.',
  unit: 'classes',
  direction: 'higher',
  range: [1, Infinity],
  version: 1,
  citations: [salimans2016, barratt2018],
  needs: {
    probabilities: {
      kind: 'matrix',
      what: "a classifier's class probabilities of generated examples, [items, classes]",
    },
  },
  options: z.object({
    splits: integer(1, 1).describe('consecutive parts that are scored apart and averaged'),
    remainder: choice(['spread', 'drop'])
      .default('spread')
      .describe('what becomes of samples where the parts do not divide them evenly'),
  }),
  compute({ probabilities }, { splits, remainder }) {
    requireDistributions(probabilities, 'inception_score', 'probabilities');
    const n = probabilities.rows;
    if (splits > n)
      throw new GraftError('invalid-value', {
        what: "option 'splits'",
        received: splits,
        allowed: `at most the number of items, ${n}`,
        where: 'inception_score',
      });
    const edge = (i: number) =>
      remainder === 'spread' ? Math.floor((i * n) / splits) : i * Math.floor(n / splits);
    const scores = Array.from({ length: splits }, (_, i) =>
      inceptionScoreOf(rowRange(probabilities, edge(i), edge(i + 1))),
    );
    // Rounding can leave a score of 1 a little below it.
    return { value: Math.max(1, mean(scores)), extras: { std: standardDeviation(scores, 0) } };
  },
});

/** Fails unless every row is a distribution: no negative entry, sum 1 (to 1e-3, for float32). */
export function requireDistributions({ rows, columns, data }: Matrix, metric: string, input: string): void {
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    let smallest = 0;
    for (let j = 0; j < columns; j++) {
      sum += data[i * columns + j]!;
      smallest = Math.min(smallest, data[i * columns + j]!);
    }
    if (smallest < 0 || Math.abs(sum - 1) > 1e-3)
      throw new GraftError('bad-data', {
        what: `input '${input}' of ${metric}`,
        problem: `row ${i} is no distribution (sum ${sum}, smallest entry ${smallest})`,
        hint: 'Apply a softmax to logits first.',
      });
  }
}
