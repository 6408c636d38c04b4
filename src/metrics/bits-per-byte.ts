/** Cost of held-out text in bits for each byte: comparable between tokenizers. */
import type { Citation } from '../citation.ts';
import { defineMetric } from './metric.ts';
import { noOptions } from './options.ts';
import { tokenLogProbs, totalCount, totalLogProbability } from './token-inputs.ts';

export const gao2020: Citation = {
  key: 'gao2020pile',
  type: 'misc',
  authors: 'Gao, Leo and Biderman, Stella and Black, Sid and others',
  title: 'The Pile: An 800GB Dataset of Diverse Text for Language Modeling',
  venue: 'arXiv:2101.00027',
  year: 2020,
  url: 'https://arxiv.org/abs/2101.00027',
};

/** -(sum of token log-probabilities) / (bytes ln 2) over the UTF-8 bytes of the text that the tokens spell (Gao et al. 2020, section 3.1). */
export const bitsPerByte = defineMetric({
  name: 'bits_per_byte',
  title: 'Bits per byte',
  summary: 'Bits that the model needs to encode each byte of held-out text, whatever its tokenizer.',
  unit: 'bits/byte',
  direction: 'lower',
  range: [0, Infinity],
  version: 1,
  citations: [gao2020],
  needs: { tokenLogProbs, bytes: { kind: 'values', what: 'UTF-8 bytes of each document' } },
  options: noOptions,
  compute({ tokenLogProbs, bytes }) {
    const total = totalCount('bits_per_byte', 'bytes', bytes);
    const nats = -totalLogProbability('bits_per_byte', tokenLogProbs) / total;
    return { value: nats / Math.LN2, extras: { byte_perplexity: Math.exp(nats), bytes: total } };
  },
});
