/** Share of generated examples that are no near-copies of training examples. */
import type { Citation } from '../citation.ts';
import { mean } from '../numeric/covariance.ts';
import { defineMetric } from './metric.ts';
import { nearestTraining } from './nearest-training.ts';
import { noOptions } from './options.ts';

export const alaa2022: Citation = {
  key: 'alaa2022faithful',
  type: 'inproceedings',
  authors: 'Alaa, Ahmed and van Breugel, Boris and Saveliev, Evgeny S. and van der Schaar, Mihaela',
  title:
    'How Faithful is your Synthetic Data? Sample-level Metrics for Evaluating and Auditing Generative Models',
  venue: 'Proceedings of the 39th International Conference on Machine Learning',
  year: 2022,
  url: 'https://arxiv.org/abs/2102.08921',
};

/**
 * Percentage of authentic samples: those farther from their nearest training example than that example is from its own nearest
 * other one (Alaa et al. 2022, in the form of Stein et al. 2023, over generated examples). The items' lists give each sample's
 * nearest training example.
 */
export const authpct = defineMetric({
  name: 'authpct',
  title: 'Authentic samples (AuthPct)',
  summary:
    'Percentage of samples that are farther from the nearest training example than training examples are from each other; low values mean memorisation.',
  unit: '%',
  direction: 'higher',
  range: [0, 100],
  version: 1,
  citations: [
    alaa2022,
    {
      key: 'stein2023exposing',
      type: 'inproceedings',
      authors: 'Stein, George and Cresswell, Jesse C. and others',
      title:
        'Exposing flaws of generative model evaluation metrics and their unfair treatment of diffusion models',
      venue: 'Advances in Neural Information Processing Systems 36',
      year: 2023,
      url: 'https://arxiv.org/abs/2306.04675',
    },
  ],
  needs: {
    train: { kind: 'matrix', what: 'features of the training examples, one row each' },
    generated: {
      kind: 'matrix',
      what: 'features of generated examples, one row each',
      sameSizeAs: 'train',
    },
  },
  options: noOptions,
  compute({ train, generated }) {
    const { index, distance, spacing } = nearestTraining(train, generated);
    const authentic = Int32Array.from(distance, (value, i) => (spacing[i]! < value ? 1 : 0));
    return {
      value: 100 * mean(authentic),
      extras: {
        nearest_distance_mean: mean(distance),
        copies: distance.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0),
      },
      perItem: { nearest_train: index, nearest_train_distance: distance, authentic },
    };
  },
});
