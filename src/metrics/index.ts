/** The registry of metrics: name -> metric. */
import { alphaPrecision } from './alpha-precision.ts';
import { authpct } from './authpct.ts';
import { barsInMetre } from './bars-in-metre.ts';
import { betaRecall } from './beta-recall.ts';
import { bitsPerByte } from './bits-per-byte.ts';
import { bitsPerCharacter } from './bits-per-character.ts';
import { bitsPerDim } from './bits-per-dim.ts';
import { bitsPerToken } from './bits-per-token.ts';
import { cmmd } from './cmmd.ts';
import { coverage } from './coverage.ts';
import { ctTest } from './ct-test.ts';
import { density } from './density.ts';
import { distinctN } from './distinct-n.ts';
import { fid } from './fid.ts';
import { fld } from './fld.ts';
import { inceptionScore } from './inception-score.ts';
import { kid } from './kid.ts';
import { longestCopiedSpan } from './longest-copied-span.ts';
import { mauve } from './mauve.ts';
import type { Metric } from './metric.ts';
import { msSsim } from './ms-ssim.ts';
import { ngramDiversity } from './ngram-diversity.ts';
import { ngramEntropy } from './ngram-entropy.ts';
import { ngramNovelty } from './ngram-novelty.ts';
import { nll } from './nll.ts';
import { notesInKey } from './notes-in-key.ts';
import { parzen } from './parzen.ts';
import { perplexity } from './perplexity.ts';
import { precision } from './precision.ts';
import { psnr } from './psnr.ts';
import { recall } from './recall.ts';
import { recognised } from './recognised.ts';
import { reconstructionMse } from './reconstruction-mse.ts';
import { repeatedTokens } from './repeated-tokens.ts';
import { repetitionN } from './repetition-n.ts';
import { selfBleu } from './self-bleu.ts';
import { slicedWasserstein } from './sliced-wasserstein.ts';
import { ssim } from './ssim.ts';
import { validTunes } from './valid-tunes.ts';
import { vendi } from './vendi.ts';
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
  ssim,
  ms_ssim: msSsim,
  psnr,
  fid,
  kid,
  cmmd,
  sliced_wasserstein: slicedWasserstein,
  inception_score: inceptionScore,
  recognised,
  precision,
  recall,
  density,
  coverage,
  alpha_precision: alphaPrecision,
  beta_recall: betaRecall,
  vendi,
  mauve,
  parzen,
  fld,
  authpct,
  ct_test: ctTest,
  distinct_n: distinctN,
  repetition_n: repetitionN,
  repeated_tokens: repeatedTokens,
  ngram_diversity: ngramDiversity,
  ngram_entropy: ngramEntropy,
  self_bleu: selfBleu,
  longest_copied_span: longestCopiedSpan,
  ngram_novelty: ngramNovelty,
  valid_tunes: validTunes,
  bars_in_metre: barsInMetre,
  notes_in_key: notesInKey,
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
