/** Cost of held-out text in bits for each character. */
import { gao2020 } from './bits-per-byte.ts';
import { defineMetric } from './metric.ts';
import { noOptions } from './options.ts';
import { tokenLogProbs, totalCount, totalLogProbability } from './token-inputs.ts';

/** -(sum of token log-probabilities) / (characters ln 2), characters being Unicode code points. */
export const bitsPerCharacter = defineMetric({
  name: 'bits_per_character',
  title: 'Bits per character',
  summary: 'Bits that the model needs to encode each character of held-out text, whatever its tokenizer.',
  unit: 'bits/character',
  direction: 'lower',
  range: [0, Infinity],
  version: 1,
  citations: [gao2020],
  needs: { tokenLogProbs, characters: { kind: 'values', what: 'Unicode code points of each document' } },
  options: noOptions,
  compute({ tokenLogProbs, characters }) {
    const total = totalCount('bits_per_character', 'characters', characters);
    const nats = -totalLogProbability('bits_per_character', tokenLogProbs) / total;
    return { value: nats / Math.LN2, extras: { nats_per_character: nats, characters: total } };
  },
});
