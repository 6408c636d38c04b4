import { describe, expect, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { metrics } from '../../src/metrics/index.ts';
import type { TokenSequence } from '../../src/metrics/metric.ts';
import { countNgrams, repetition } from '../../src/metrics/ngram-counts.ts';
import { repeatedShare } from '../../src/metrics/repeated-tokens.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, goldenCases, hasGolden, numbersOf } from './golden-file.ts';

const near = { relative: 1e-12 };

describe.skipIf(!hasGolden('ngram-diversity'))('n-gram statistics against plain counting', () => {
  test.each(hasGolden('ngram-diversity') ? [...goldenCases('ngram-diversity').keys()] : [])('%s', (name) => {
    const { inputs, expected } = goldenCase('ngram-diversity', name);
    const generated = inputs.sequences as TokenSequence[];
    for (const n of [1, 2, 3, 4]) {
      const distinct = applyMetric(metrics.distinct_n, { generated }, { n });
      expectClose(distinct.value, Number(expected[`distinct_${n}_corpus`]), near);
      expectClose(
        distinct.extras!.mean_per_sequence!,
        Number(expected[`distinct_${n}_mean_per_sequence`]),
        near,
      );
      const repeated = numbersOf(expected[`rep_${n}_per_sequence`]);
      expectClose(repetition(countNgrams(generated, n)), repeated, { relative: 1e-12, absolute: 1e-15 });
      expectClose(applyMetric(metrics.repetition_n, { generated }, { n }).value, averageOf(repeated), near);
      expectClose(
        applyMetric(metrics.ngram_entropy, { generated }, { n }).value,
        Number(expected[`entropy_${n}`]),
        near,
      );
    }
    const diversity = applyMetric(metrics.ngram_diversity, { generated }).perItem!.diversity!;
    expectClose(diversity, numbersOf(expected.diversity_2_3_4_per_sequence), near);
    for (const window of [4, 16])
      expect(generated.map((sequence) => repeatedShare(sequence, window))).toEqual(
        numbersOf(expected[`rep_previous_${window}_per_sequence`]),
      );
  });
});

const averageOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
