/** Longest span that a sample shares with the training data. */

import { mean } from '../numeric/covariance.ts';
import { longestCopiedSpans } from './copied-spans.ts';
import { defineMetric } from './metric.ts';
import { noOptions } from './options.ts';
import { carlini2021, generatedSequences, trainSequences } from './sequence-inputs.ts';

/**
 * Mean over samples of the length in tokens of the longest contiguous run that occurs in some training sequence. Held-out text
 * has such runs too: compare with its value. The items' lists say where each run is.
 */
export const longestCopiedSpan = defineMetric({
  name: 'longest_copied_span',
  title: 'Longest copied span',
  summary:
    'How many tokens in a row samples take from a training text, on average; long runs mean memorisation.',
  unit: 'tokens',
  direction: 'lower',
  range: [0, Infinity],
  version: 1,
  citations: [carlini2021],
  needs: { train: trainSequences, generated: generatedSequences },
  options: noOptions,
  compute({ train, generated }) {
    const spans = longestCopiedSpans(train, generated);
    const lengths = Int32Array.from(spans, (span) => span.length);
    const shares = spans.map(({ length }, i) => length / Math.max(1, generated[i]!.length));
    return {
      value: mean(lengths),
      extras: {
        longest: lengths.reduce((a, b) => Math.max(a, b)),
        mean_share_of_sample: mean(shares),
      },
      perItem: {
        length: lengths,
        start: Int32Array.from(spans, (span) => span.start),
        train_item: Int32Array.from(spans, (span) => span.trainItem),
      },
    };
  },
});
