/** Cost of held-out text in bits for each token. */
import { defineMetric } from './metric.ts';
import { noOptions } from './options.ts';
import { jelinek1977, tokenLogProbs, totalLogProbability } from './token-inputs.ts';

/** Mean negative log2-probability of the tokens, the base-2 logarithm of perplexity; depends on the tokenizer. */
export const bitsPerToken = defineMetric({
  name: 'bits_per_token',
  title: 'Bits per token',
  summary: 'Bits that the model needs for each held-out token; depends on the tokenizer.',
  unit: 'bits/token',
  direction: 'lower',
  range: [0, Infinity],
  version: 1,
  citations: [jelinek1977],
  needs: { tokenLogProbs },
  options: noOptions,
  compute({ tokenLogProbs }) {
    const nats = -totalLogProbability('bits_per_token', tokenLogProbs) / tokenLogProbs.length;
    return { value: nats / Math.LN2, extras: { nats_per_token: nats } };
  },
});
