/** Perplexity of held-out tokens. */
import { GraftError } from '../errors.ts';
import { mean } from '../numeric/covariance.ts';
import { defineMetric } from './metric.ts';
import { noOptions } from './options.ts';
import { jelinek1977, tokenLogProbs, totalLogProbability } from './token-inputs.ts';

/**
 * exp of the mean negative log-probability of all tokens. It depends on the tokenizer: comparable only between models that cut
 * text alike (see bits_per_byte). With `document` (the number of the document of each token) the documents' own perplexities
 * are given too.
 */
export const perplexity = defineMetric({
  name: 'perplexity',
  title: 'Perplexity',
  summary: 'Among how many equally likely tokens the model hesitates on average; depends on the tokenizer.',
  unit: 'tokens',
  direction: 'lower',
  range: [1, Infinity],
  version: 1,
  citations: [jelinek1977],
  needs: {
    tokenLogProbs,
    document: {
      kind: 'labels',
      what: 'number of the document of each token',
      optional: true,
      pairedWith: 'tokenLogProbs',
    },
  },
  options: noOptions,
  compute({ tokenLogProbs, document }) {
    const meanNll = -totalLogProbability('perplexity', tokenLogProbs) / tokenLogProbs.length;
    const extras = {
      nats_per_token: meanNll,
      bits_per_token: meanNll / Math.LN2,
      tokens: tokenLogProbs.length,
    };
    if (document === undefined) return { value: Math.exp(meanNll), extras };
    const perDocument = documentPerplexities(tokenLogProbs, document);
    return {
      value: Math.exp(meanNll),
      extras: { ...extras, mean_of_document_perplexities: mean(perDocument) },
      perItem: { document_perplexity: perDocument },
    };
  },
});

/** The perplexity of each document, documents being numbered from 0 without gaps. */
function documentPerplexities(logProbs: Float64Array, document: Int32Array): Float64Array {
  const count = document.reduce((largest, d) => Math.max(largest, d), -1) + 1;
  const sums = new Float64Array(count);
  const tokens = new Float64Array(count);
  document.forEach((d, i) => {
    sums[d] = sums[d]! + logProbs[i]!;
    tokens[d] = tokens[d]! + 1;
  });
  if (document.some((d) => d < 0) || tokens.some((n) => n === 0))
    throw new GraftError('bad-data', {
      what: "input 'document' of perplexity",
      problem: 'documents must be numbered from 0 without gaps',
    });
  return sums.map((sum, d) => Math.exp(-sum / tokens[d]!));
}
