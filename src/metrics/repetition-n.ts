/** Share of repeated n-grams within generated sequences. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { mean } from '../numeric/covariance.ts';
import { defineMetric } from './metric.ts';
import { countNgrams, repetition } from './ngram-counts.ts';
import { integer } from './options.ts';
import { generatedSequences, requireNgrams } from './sequence-inputs.ts';

export const welleck2020: Citation = {
  key: 'welleck2020neural',
  type: 'inproceedings',
  authors:
    'Welleck, Sean and Kulikov, Ilia and Roller, Stephen and Dinan, Emily and Cho, Kyunghyun and Weston, Jason',
  title: 'Neural Text Generation with Unlikelihood Training',
  venue: 'International Conference on Learning Representations',
  year: 2020,
  url: 'https://arxiv.org/abs/1908.04319',
};

/** Mean over sequences of 1 - distinct / all n-grams (seq-rep-n); a sequence shorter than n counts as 0. */
export const repetitionN = defineMetric({
  name: 'repetition_n',
  title: 'Repeated n-grams',
  summary: 'Share of n-grams that a sample has used before within itself; high values mean loops.',
  unit: 'share',
  direction: 'lower',
  range: [0, 1],
  version: 1,
  citations: [welleck2020],
  needs: { generated: generatedSequences },
  options: z.object({ n: integer(4, 1).describe('tokens in an n-gram') }),
  compute({ generated }, { n }) {
    const counts = countNgrams(generated, n);
    requireNgrams('repetition_n', counts.corpusTotal, n);
    const shares = repetition(counts);
    return { value: mean(shares), perItem: { repetition: shares } };
  },
});
