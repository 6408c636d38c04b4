/** Feature likelihood divergence. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { columnMeans, mean } from '../numeric/covariance.ts';
import { type Matrix, matrix, rowRange, selectRows } from '../numeric/matrix.ts';
import { threeFeatureSets } from './feature-inputs.ts';
import { fitMixture, largestDensities, mixtureLogLikelihood } from './gaussian-mixture.ts';
import { defineMetric } from './metric.ts';
import { choice } from './options.ts';

const jiralerspong2023: Citation = {
  key: 'jiralerspong2023feature',
  type: 'inproceedings',
  authors:
    'Jiralerspong, Marco and Bose, Avishek Joey and Gemp, Ian and Qin, Chongli and Bachrach, Yoram and Gidel, Gauthier',
  title: 'Feature Likelihood Divergence: Evaluating the Generalization of Generative Models Using Samples',
  venue: 'Advances in Neural Information Processing Systems 36',
  year: 2023,
  url: 'https://arxiv.org/abs/2302.04440',
};

/** Features scaled by the mean and standard deviation (n - 1) of those held out; constant columns are only shifted. */
export function standardised(test: Matrix, ...sets: readonly Matrix[]): Matrix[] {
  const means = columnMeans(test);
  const d = test.columns;
  const squares = new Float64Array(d);
  test.data.forEach((value, at) => {
    squares[at % d] = squares[at % d]! + (value - means[at % d]!) ** 2;
  });
  const scales = squares.map((sum) => (sum > 0 ? Math.sqrt((test.rows - 1) / sum) : 1));
  return sets.map((set) =>
    matrix(
      set.rows,
      d,
      set.data.map((value, at) => (value - means[at % d]!) * scales[at % d]!),
    ),
  );
}

/** Mean NLL a dimension of X under Gaussians around `centres` fitted to `fitted`. */
function nll(centres: Matrix, fitted: Matrix, x: Matrix): number {
  return -mean(mixtureLogLikelihood(fitMixture(centres, fitted), x)) / x.columns;
}

/**
 * The baseline: mean NLL a dimension of the held-out set under Gaussians around the first `count` training points, at most half
 * of them, fitted to the others. All sets are standardised.
 */
export function baselineNll(train: Matrix, test: Matrix, count: number): number {
  const split = Math.min(count, Math.floor(train.rows / 2));
  return nll(rowRange(train, 0, split), rowRange(train, split, train.rows), test);
}

/**
 * Memorisation score of each sample: the largest log-density a dimension that the Gaussian around it, fitted with the others to
 * the training set, gives to a training point. All sets are standardised.
 */
export function memorisationScores(train: Matrix, generated: Matrix): Float64Array {
  return largestDensities(fitMixture(generated, train), train).map((value) => value / train.columns);
}

/** Quality score of each sample: its log-likelihood a dimension under Gaussians around held-out points fitted to the training set. */
export function qualityScores(train: Matrix, test: Matrix, generated: Matrix): Float64Array {
  return mixtureLogLikelihood(fitMixture(test, train), generated).map((value) => value / train.columns);
}

/**
 * FLD of Jiralerspong et al. 2023: 100 times the NLL a dimension of held-out features under Gaussians around the samples, whose
 * widths are fitted to the training set, less the NLL under a baseline around training points. `on`: 'train' scores training
 * features instead; 'gap' is train less test, far below 0 where samples memorise. The baseline takes a random half of the
 * training set as centres.
 */
export const fld = defineMetric({
  name: 'fld',
  title: 'Feature likelihood divergence (FLD)',
  summary:
    'How unlikely held-out examples are under a density built around the samples, against one built around real examples: fidelity, diversity and novelty in one number.',
  unit: '0.01 nats/dimension',
  direction: 'lower',
  range: [-Infinity, Infinity],
  version: 1,
  citations: [jiralerspong2023],
  needs: threeFeatureSets,
  options: z.object({
    on: choice(['test', 'train', 'gap'])
      .default('test')
      .describe('the features whose likelihood counts; gap: train less test'),
  }),
  compute({ train, test, generated }, { on }, { random }) {
    if (train.rows < 2 || test.rows < 2)
      throw new GraftError('bad-data', {
        what: 'fld',
        problem: `needs 2 training and 2 held-out items or more, got ${train.rows} and ${test.rows}`,
      });
    const [trainZ, testZ, generatedZ] = standardised(test, train, test, generated) as [
      Matrix,
      Matrix,
      Matrix,
    ];
    const mixture = fitMixture(generatedZ, trainZ);
    const score = (set: Matrix) => (-100 * mean(mixtureLogLikelihood(mixture, set))) / train.columns;
    const gap = score(trainZ) - score(testZ);
    if (on === 'gap') return { value: gap };
    const order = random.child('baseline').permutation(train.rows);
    const baseline = 100 * baselineNll(selectRows(trainZ, order), testZ, generated.rows);
    return { value: score(on === 'test' ? testZ : trainZ) - baseline, extras: { baseline, gap } };
  },
});
