/** BLEU of each sample against all others. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { mean } from '../numeric/covariance.ts';
import { bleuOf, closestLength, papineni2002, tally } from './bleu.ts';
import { defineMetric, type TokenSequence } from './metric.ts';
import { ngrams, tokenNumbering } from './ngram-counts.ts';
import { integer } from './options.ts';
import { generatedSequences } from './sequence-inputs.ts';

const zhu2018: Citation = {
  key: 'zhu2018texygen',
  type: 'inproceedings',
  authors:
    'Zhu, Yaoming and Lu, Sidi and Zheng, Lei and Guo, Jiaxian and Zhang, Weinan and Wang, Jun and Yu, Yong',
  title: 'Texygen: A Benchmarking Platform for Text Generation Models',
  venue: 'ACM SIGIR Conference on Research and Development in Information Retrieval',
  year: 2018,
  url: 'https://arxiv.org/abs/1802.01886',
};

/** BLEU of each sequence with all others as references; `floor` as in `bleuOf`. At least 2 sequences. */
export function selfBleuScores(
  sequences: readonly TokenSequence[],
  order: number,
  floor: number,
): Float64Array {
  const numbered = tokenNumbering();
  const ids = sequences.map(numbered);
  const lengths = ids.map((sequence) => sequence.length);
  const matched = ids.map(() => [] as number[]);
  for (let n = 1; n <= order; n++) {
    const tallies = ids.map((sequence) => tally(ngrams(sequence, n)));
    // The largest count among the others is the largest of all, or the second largest for its holder.
    const largest = new Map<string, { count: number; holder: number; second: number }>();
    tallies.forEach((counts, i) => {
      for (const [gram, count] of counts) {
        const entry = largest.get(gram);
        if (entry === undefined) largest.set(gram, { count, holder: i, second: 0 });
        else if (count > entry.count) largest.set(gram, { count, holder: i, second: entry.count });
        else entry.second = Math.max(entry.second, count);
      }
    });
    tallies.forEach((counts, i) => {
      let hits = 0;
      for (const [gram, count] of counts) {
        const entry = largest.get(gram)!;
        hits += Math.min(count, entry.holder === i ? entry.second : entry.count);
      }
      matched[i]!.push(hits);
    });
  }
  return Float64Array.from(ids, (_, i) => {
    const length = lengths[i]!;
    const others = lengths.filter((_, j) => j !== i);
    return bleuOf(
      {
        matched: matched[i]!,
        total: Array.from({ length: order }, (_, n) => Math.max(0, length - n)),
        length,
        referenceLength: closestLength(length, others),
      },
      floor,
    );
  });
}

/** Mean BLEU of each sample against all others, with uniform weights up to `n` and smoothing method 1 (Zhu et al. 2018). It grows with the number of samples: compare equal N. */
export const selfBleu = defineMetric({
  name: 'self_bleu',
  title: 'Self-BLEU',
  summary:
    'How much of each sample can be pieced together from the others; high values mean little diversity.',
  unit: 'score',
  direction: 'lower',
  range: [0, 1],
  version: 1,
  citations: [zhu2018, papineni2002],
  needs: { generated: generatedSequences },
  options: z.object({ n: integer(4, 1).describe('longest n-grams that count') }),
  compute({ generated }, { n }) {
    if (generated.length < 2)
      throw new GraftError('bad-data', {
        what: "input 'generated' of self_bleu",
        problem: '2 sequences or more are needed',
      });
    const scores = selfBleuScores(generated, n, 0.1);
    return { value: Math.min(1, mean(scores)), perItem: { bleu: scores } };
  },
});
