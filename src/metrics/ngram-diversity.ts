/** Diversity of generated sequences over several n-gram lengths. */
import type { Citation } from '../citation.ts';
import { mean } from '../numeric/covariance.ts';
import { defineMetric } from './metric.ts';
import { countNgrams, repetition } from './ngram-counts.ts';
import { noOptions } from './options.ts';
import { generatedSequences } from './sequence-inputs.ts';

const su2022: Citation = {
  key: 'su2022contrastive',
  type: 'inproceedings',
  authors: 'Su, Yixuan and Lan, Tian and Wang, Yan and Yogatama, Dani and Kong, Lingpeng and Collier, Nigel',
  title: 'A Contrastive Framework for Neural Text Generation',
  venue: 'Advances in Neural Information Processing Systems 35',
  year: 2022,
  url: 'https://arxiv.org/abs/2202.06417',
};

/** Mean over sequences of (1 - rep-2)(1 - rep-3)(1 - rep-4) (Su et al. 2022). */
export const ngramDiversity = defineMetric({
  name: 'ngram_diversity',
  title: 'n-gram diversity',
  summary: 'How little samples repeat themselves in runs of 2, 3 and 4 tokens; 1 means not at all.',
  unit: 'share',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [su2022],
  needs: { generated: generatedSequences },
  options: noOptions,
  compute({ generated }) {
    const diversity = new Float64Array(generated.length).fill(1);
    for (const n of [2, 3, 4])
      repetition(countNgrams(generated, n)).forEach((share, i) => {
        diversity[i] = diversity[i]! * (1 - share);
      });
    return { value: mean(diversity), perItem: { diversity } };
  },
});
