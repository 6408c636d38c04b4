/** Share of distinct n-grams in generated sequences. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { mean } from '../numeric/covariance.ts';
import { defineMetric } from './metric.ts';
import { countNgrams } from './ngram-counts.ts';
import { integer } from './options.ts';
import { generatedSequences, requireNgrams } from './sequence-inputs.ts';

const li2016: Citation = {
  key: 'li2016diversity',
  type: 'inproceedings',
  authors: 'Li, Jiwei and Galley, Michel and Brockett, Chris and Gao, Jianfeng and Dolan, Bill',
  title: 'A Diversity-Promoting Objective Function for Neural Conversation Models',
  venue: 'Proceedings of NAACL-HLT',
  year: 2016,
  url: 'https://arxiv.org/abs/1510.03055',
};

/**
 * Distinct n-grams over all n-grams, of all sequences together. It falls as more tokens are generated: compare equal amounts.
 * `mean_per_sequence` is the mean of each sequence's own share, over those with n tokens or more.
 */
export const distinctN = defineMetric({
  name: 'distinct_n',
  title: 'Distinct n-grams',
  summary:
    'Share of different n-grams among all generated ones; low values mean that samples repeat each other.',
  unit: 'share',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [li2016],
  needs: { generated: generatedSequences },
  options: z.object({ n: integer(2, 1).describe('tokens in an n-gram') }),
  compute({ generated }, { n }) {
    const counts = countNgrams(generated, n);
    requireNgrams('distinct_n', counts.corpusTotal, n);
    const shares = [...counts.total].flatMap((total, i) => (total > 0 ? [counts.distinct[i]! / total] : []));
    return {
      value: counts.corpus.size / counts.corpusTotal,
      extras: { mean_per_sequence: mean(shares), ngrams: counts.corpusTotal },
    };
  },
});
