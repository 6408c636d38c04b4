import { describe, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { addCounts, bleuOf, countMatches } from '../../src/metrics/bleu.ts';
import type { TokenSequence } from '../../src/metrics/metric.ts';
import { selfBleu, selfBleuScores } from '../../src/metrics/self-bleu.ts';
import { mean } from '../../src/numeric/covariance.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, hasGolden, numbersOf } from './golden-file.ts';

const near = { relative: 1e-10 };

describe.skipIf(!hasGolden('bleu'))('self-BLEU and BLEU against NLTK', () => {
  test.each(['self-bleu-zipf', 'self-bleu-duplicates', 'self-bleu-short-and-disjoint'])('%s', (name) => {
    const { inputs, expected } = goldenCase('bleu', name);
    const generated = inputs.sentences as TokenSequence[];
    for (const n of [2, 3, 4, 5]) {
      expectClose(
        selfBleuScores(generated, n, 0.1),
        numbersOf(expected[`self_bleu_${n}_per_sentence`]),
        near,
      );
      expectClose(
        applyMetric(selfBleu, { generated }, { n }).value,
        Number(expected[`self_bleu_${n}`]),
        near,
      );
      const plain = expected[`self_bleu_${n}_no_smoothing`];
      if (plain !== undefined) expectClose(mean(selfBleuScores(generated, n, 0)), Number(plain), near);
    }
  });

  test('sentence-and-corpus', () => {
    const { inputs, expected } = goldenCase('bleu', 'sentence-and-corpus');
    const counts = countMatches(inputs.hypothesis as TokenSequence, inputs.references as TokenSequence[], 4);
    expectClose(bleuOf(counts, 0), Number(expected.sentence_bleu_4_none), near);
    expectClose(bleuOf(counts, 0.1), Number(expected.sentence_bleu_4_method1), near);
    const references = inputs.corpus_references as TokenSequence[][];
    for (const order of [2, 4]) {
      const parts = (inputs.corpus_hypotheses as TokenSequence[]).map((hypothesis, i) =>
        countMatches(hypothesis, references[i]!, order),
      );
      expectClose(bleuOf(addCounts(parts), 0), Number(expected[`corpus_bleu_${order}`]), near);
    }
  });
});
