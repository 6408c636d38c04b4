/** What the metrics on token sequences share. */
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import type { Need } from './metric.ts';

export const generatedSequences = {
  kind: 'sequences',
  what: 'generated token sequences',
} as const satisfies Need;

export const trainSequences = {
  kind: 'sequences',
  what: 'token sequences of the training data',
} as const satisfies Need;

export const carlini2021: Citation = {
  key: 'carlini2021extracting',
  type: 'inproceedings',
  authors: 'Carlini, Nicholas and Tramèr, Florian and Wallace, Eric and others',
  title: 'Extracting Training Data from Large Language Models',
  venue: '30th USENIX Security Symposium',
  year: 2021,
  url: 'https://arxiv.org/abs/2012.07805',
};

/** Fails where no sequence has n tokens; `total` counts the n-grams of all of them. */
export function requireNgrams(metric: string, total: number, n: number): void {
  if (total === 0)
    throw new GraftError('bad-data', {
      what: `input 'generated' of ${metric}`,
      problem: `no sequence has ${n} tokens`,
      hint: 'Use a smaller n or longer samples.',
    });
}
