/** Entropy of the n-grams of generated sequences. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { defineMetric } from './metric.ts';
import { countNgrams } from './ngram-counts.ts';
import { integer } from './options.ts';
import { generatedSequences, requireNgrams } from './sequence-inputs.ts';

const zhang2018: Citation = {
  key: 'zhang2018generating',
  type: 'inproceedings',
  authors:
    'Zhang, Yizhe and Galley, Michel and Gao, Jianfeng and Gan, Zhe and Li, Xiujun and Brockett, Chris and Dolan, Bill',
  title:
    'Generating Informative and Diverse Conversational Responses via Adversarial Information Maximization',
  venue: 'Advances in Neural Information Processing Systems 31',
  year: 2018,
  url: 'https://arxiv.org/abs/1809.05972',
};

/** -sum p log p over the n-gram frequencies of all sequences together, in nats. It grows with the amount of text: compare equal amounts. */
export const ngramEntropy = defineMetric({
  name: 'ngram_entropy',
  title: 'n-gram entropy',
  summary: 'How evenly the generated n-grams are spread; higher means more diverse.',
  unit: 'nats',
  direction: 'higher',
  range: [0, Infinity],
  version: 1,
  citations: [zhang2018],
  needs: { generated: generatedSequences },
  options: z.object({ n: integer(2, 1).describe('tokens in an n-gram') }),
  compute({ generated }, { n }) {
    const { corpus, corpusTotal } = countNgrams(generated, n);
    requireNgrams('ngram_entropy', corpusTotal, n);
    let entropy = 0;
    // In order of size, so that the order of the sequences cannot change the rounding.
    for (const count of [...corpus.values()].sort((a, b) => a - b)) {
      const p = count / corpusTotal;
      entropy -= p * Math.log(p);
    }
    return { value: Math.max(0, entropy), extras: { distinct: corpus.size } };
  },
});
