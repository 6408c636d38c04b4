/** Perplexity for each word of held-out text: comparable between tokenizers. */
import { defineMetric } from './metric.ts';
import { noOptions } from './options.ts';
import { jelinek1977, tokenLogProbs, totalCount, totalLogProbability } from './token-inputs.ts';

/** exp of the total negative log-probability of the tokens over the number of words, words being what white space separates. */
export const wordPerplexity = defineMetric({
  name: 'word_perplexity',
  title: 'Word perplexity',
  summary: 'Among how many equally likely words the model hesitates on average, whatever its tokenizer.',
  unit: 'words',
  direction: 'lower',
  range: [1, Infinity],
  version: 1,
  citations: [jelinek1977],
  needs: { tokenLogProbs, words: { kind: 'values', what: 'words of each document' } },
  options: noOptions,
  compute({ tokenLogProbs, words }) {
    const total = totalCount('word_perplexity', 'words', words);
    return {
      value: Math.exp(-totalLogProbability('word_perplexity', tokenLogProbs) / total),
      extras: { words: total },
    };
  },
});
