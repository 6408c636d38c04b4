/** Held-out negative log-likelihood. */
import { z } from 'zod';
import { burda2016, likelihoodNeeds, likelihoodOptions, negativeLogLikelihood } from './likelihood-inputs.ts';
import { defineMetric } from './metric.ts';

export const nll = defineMetric({
  name: 'nll',
  title: 'Negative log-likelihood',
  summary:
    'How surprised the model is by held-out examples; exact, or an upper bound: variational, or by k importance samples.',
  unit: 'nats/item',
  direction: 'lower',
  range: [-Infinity, Infinity],
  version: 1,
  citations: [burda2016],
  needs: likelihoodNeeds,
  options: z.object(likelihoodOptions),
  compute: (inputs, { k }) => negativeLogLikelihood('nll', inputs, k),
});
