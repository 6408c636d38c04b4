import { describe, expect, test } from 'vitest';
import { longestCopiedSpans } from '../../src/metrics/copied-spans.ts';
import type { TokenSequence } from '../../src/metrics/metric.ts';
import { countNovel } from '../../src/metrics/ngram-novelty.ts';
import { goldenCase, hasGolden } from './golden-file.ts';

describe.skipIf(!hasGolden('text-memorisation'))('copied text against quadratic programmes', () => {
  test('token-spans', () => {
    const { inputs, expected } = goldenCase('text-memorisation', 'token-spans');
    const corpus = inputs.corpus as TokenSequence[];
    const generated = inputs.generated as TokenSequence[];
    const spans = longestCopiedSpans(corpus, generated);
    expect(spans.map((span) => span.length)).toEqual(expected.best_length);
    expect(spans.map((span) => span.trainItem)).toEqual(expected.best_document);
    expect(spans.map((span) => span.start)).toEqual(expected.best_start_in_generated);
    corpus.forEach((document, i) => {
      const alone = longestCopiedSpans([document], generated).map((span) => span.length);
      const all = expected.longest_common_substring_per_document as number[][];
      expect(alone).toEqual(all.map((lengths) => lengths[i]));
    });
    for (const [n, shares] of Object.entries(expected.novelty_n as Record<string, number[]>)) {
      const { total, novel } = countNovel(corpus, generated, Number(n));
      expect([...total].map((count, i) => (count === 0 ? 0 : novel[i]! / count))).toEqual(shares);
    }
    const five = countNovel(corpus, generated, 5);
    expect([...five.total].map((count, i) => (count === 0 ? 0 : (count - five.novel[i]!) / count))).toEqual(
      expected.coverage_5gram,
    );
    expect([...countNovel(corpus, generated, 4).copiedTokens]).toEqual(expected.covered_tokens_min_span_4);
  });

  test('characters-unicode', () => {
    const { inputs, expected } = goldenCase('text-memorisation', 'characters-unicode');
    const generated = (inputs.generated as string[]).map((text) => Array.from(text));
    const spans = longestCopiedSpans([Array.from(inputs.corpus as string)], generated);
    expect(spans.map((span) => span.length)).toEqual(expected.longest_common_substring);
    expect(spans.map(({ start, length }, i) => generated[i]!.slice(start, start + length).join(''))).toEqual(
      expected.text,
    );
  });
});
