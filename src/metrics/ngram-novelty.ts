/** Share of generated n-grams that the training data do not hold. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { defineMetric, type TokenSequence } from './metric.ts';
import { ngrams, tokenNumbering } from './ngram-counts.ts';
import { integer } from './options.ts';
import { generatedSequences, requireNgrams, trainSequences } from './sequence-inputs.ts';

const mccoy2023: Citation = {
  key: 'mccoy2023much',
  type: 'article',
  authors: 'McCoy, R. Thomas and Smolensky, Paul and Linzen, Tal and Gao, Jianfeng and Celikyilmaz, Asli',
  title:
    'How Much Do Language Models Copy From Their Training Data? Evaluating Linguistic Novelty in Text Generation Using RAVEN',
  venue: 'Transactions of the Association for Computational Linguistics 11',
  year: 2023,
  url: 'https://arxiv.org/abs/2111.09509',
};

export interface Novelty {
  /** n-grams of each generated sequence, and those of them that no training sequence holds (repeats count). */
  readonly total: Int32Array;
  readonly novel: Int32Array;
  /** Tokens of each generated sequence that lie in some n-gram of the training data. */
  readonly copiedTokens: Int32Array;
}

/** Counts the n-grams of generated sequences that are new. */
export function countNovel(
  train: readonly TokenSequence[],
  generated: readonly TokenSequence[],
  n: number,
): Novelty {
  const numbered = tokenNumbering();
  const known = new Set<string>();
  for (const sequence of train) for (const gram of ngrams(numbered(sequence), n)) known.add(gram);
  const total = new Int32Array(generated.length);
  const novel = new Int32Array(generated.length);
  const copiedTokens = new Int32Array(generated.length);
  generated.forEach((sequence, i) => {
    const grams = ngrams(numbered(sequence), n);
    let covered = 0;
    let coveredTo = 0;
    grams.forEach((gram, start) => {
      if (!known.has(gram)) {
        novel[i] = novel[i]! + 1;
        return;
      }
      covered += start + n - Math.max(start, coveredTo);
      coveredTo = start + n;
    });
    total[i] = grams.length;
    copiedTokens[i] = covered;
  });
  return { total, novel, copiedTokens };
}

/** New n-grams over all n-grams of all samples (McCoy et al. 2023). Held-out text has a value of its own: compare with it. */
export const ngramNovelty = defineMetric({
  name: 'ngram_novelty',
  title: 'n-gram novelty',
  summary: 'Share of generated n-grams that never occur in the training text; low values mean copying.',
  unit: 'share',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [mccoy2023],
  needs: { train: trainSequences, generated: generatedSequences },
  options: z.object({ n: integer(4, 1).describe('tokens in an n-gram') }),
  compute({ train, generated }, { n }) {
    const { total, novel, copiedTokens } = countNovel(train, generated, n);
    const all = total.reduce((sum, count) => sum + count, 0);
    requireNgrams('ngram_novelty', all, n);
    return {
      value: novel.reduce((sum, count) => sum + count, 0) / all,
      extras: { ngrams: all },
      perItem: {
        novelty: Float64Array.from(total, (count, i) => (count === 0 ? 0 : novel[i]! / count)),
        copied_tokens: copiedTokens,
      },
    };
  },
});
