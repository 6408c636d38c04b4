/** What the metrics on token sequences share. */
import { GraftError } from '../errors.ts';
import type { Need } from './metric.ts';
import type { NgramCounts } from './ngram-counts.ts';

export const generatedSequences = {
  kind: 'sequences',
  what: 'generated token sequences',
} as const satisfies Need;

/** Fails where no sequence has n tokens. */
export function requireNgrams(metric: string, counts: NgramCounts, n: number): void {
  if (counts.corpusTotal === 0)
    throw new GraftError('bad-data', {
      what: `input 'generated' of ${metric}`,
      problem: `no sequence has ${n} tokens`,
      hint: 'Use a smaller n or longer samples.',
    });
}
