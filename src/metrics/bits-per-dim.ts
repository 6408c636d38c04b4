/** Held-out negative log-likelihood in bits for each dimension of the data. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { burda2016, likelihoodNeeds, likelihoodOptions, negativeLogLikelihood } from './likelihood-inputs.ts';
import { defineMetric } from './metric.ts';
import { integer } from './options.ts';

const theis2016: Citation = {
  key: 'theis2016note',
  type: 'inproceedings',
  authors: 'Theis, Lucas and van den Oord, Aäron and Bethge, Matthias',
  title: 'A note on the evaluation of generative models',
  venue: 'International Conference on Learning Representations',
  year: 2016,
  url: 'https://arxiv.org/abs/1511.01844',
};

/**
 * NLL / (dimensions ln 2). Where the likelihood is a density of data that were scaled from `levels` integer levels to [0, 1],
 * log2(levels) is added, so that the value is in bits of the integers (an upper bound if the data were dequantised); discrete
 * likelihoods keep levels = 1.
 */
export const bitsPerDim = defineMetric({
  name: 'bits_per_dim',
  title: 'Bits per dimension',
  summary: 'Negative log-likelihood of held-out examples in bits for each pixel or value.',
  unit: 'bits/dimension',
  direction: 'lower',
  range: [-Infinity, Infinity],
  version: 1,
  citations: [theis2016, burda2016],
  needs: likelihoodNeeds,
  options: z.object({
    ...likelihoodOptions,
    dimensions: z
      .int('an integer from 1 on: the number of values in an item')
      .min(1, 'an integer from 1 on: the number of values in an item')
      .describe('values in an item'),
    levels: integer(1, 1).describe(
      'integer levels that were scaled to [0, 1]; 1: the likelihood is discrete already',
    ),
  }),
  compute(inputs, { k, dimensions, levels }) {
    const result = negativeLogLikelihood('bits_per_dim', inputs, k);
    const bits = (nats: number) => nats / (dimensions * Math.LN2) + Math.log2(levels);
    const scale = 1 / (dimensions * Math.LN2);
    const { elbo_nll, gap_to_elbo, ...others } = result.extras;
    return {
      ...result,
      value: bits(result.value),
      extras: {
        ...others,
        ...(elbo_nll === undefined ? {} : { elbo_bits_per_dim: bits(elbo_nll) }),
        ...(gap_to_elbo === undefined ? {} : { gap_to_elbo: gap_to_elbo * scale }),
      },
      ...(result.standardError === undefined ? {} : { standardError: result.standardError * scale }),
      perItem: { bits_per_dim: result.perItem.nll.map(bits) },
    };
  },
});
