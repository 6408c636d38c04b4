/** The registry of metrics: name -> metric. */
import { authpct } from './authpct.ts';
import { bitsPerByte } from './bits-per-byte.ts';
import { bitsPerCharacter } from './bits-per-character.ts';
import { bitsPerDim } from './bits-per-dim.ts';
import { bitsPerToken } from './bits-per-token.ts';
import { coverage } from './coverage.ts';
import { density } from './density.ts';
import { distinctN } from './distinct-n.ts';
import { fid } from './fid.ts';
import { kid } from './kid.ts';
import type { Metric } from './metric.ts';
import { ngramDiversity } from './ngram-diversity.ts';
import { ngramEntropy } from './ngram-entropy.ts';
import { nll } from './nll.ts';
import { perplexity } from './perplexity.ts';
import { precision } from './precision.ts';
import { recall } from './recall.ts';
import { reconstructionMse } from './reconstruction-mse.ts';
import { repeatedTokens } from './repeated-tokens.ts';
import { repetitionN } from './repetition-n.ts';
import { wordPerplexity } from './word-perplexity.ts';

export const metrics = {
  nll,
  bits_per_dim: bitsPerDim,
  perplexity,
  bits_per_byte: bitsPerByte,
  bits_per_character: bitsPerCharacter,
  bits_per_token: bitsPerToken,
  word_perplexity: wordPerplexity,
  reconstruction_mse: reconstructionMse,
  fid,
  kid,
  precision,
  recall,
  density,
  coverage,
  authpct,
  distinct_n: distinctN,
  repetition_n: repetitionN,
  repeated_tokens: repeatedTokens,
  ngram_diversity: ngramDiversity,
  ngram_entropy: ngramEntropy,
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
