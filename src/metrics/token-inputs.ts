/** What the metrics on token log-probabilities share. */
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import type { Need } from './metric.ts';

export const tokenLogProbs = {
  kind: 'values',
  what: 'log-probability of each held-out token given those before it, in nats',
} as const satisfies Need;

export const jelinek1977: Citation = {
  key: 'jelinek1977perplexity',
  type: 'article',
  authors: 'Jelinek, Fred and Mercer, Robert L. and Bahl, Lalit R. and Baker, James K.',
  title: 'Perplexity—a measure of the difficulty of speech recognition tasks',
  venue: 'The Journal of the Acoustical Society of America 62(S1), S63',
  year: 1977,
};

/** The sum of log-probabilities; a value above 0 (beyond rounding in float32) is none and fails. */
export function totalLogProbability(metric: string, values: Float64Array): number {
  const at = values.findIndex((value) => value > 1e-5);
  if (at >= 0)
    throw new GraftError('invalid-value', {
      what: `log-probability of token ${at}`,
      received: values[at],
      allowed: 'at most 0',
      where: metric,
    });
  return values.reduce((sum, value) => sum + value, 0);
}

/** The sum of counts (bytes, characters, words of each document); each is an integer from 0 on, and not all are 0. */
export function totalCount(metric: string, name: string, counts: Float64Array): number {
  const at = counts.findIndex((count) => !(Number.isInteger(count) && count >= 0));
  if (at >= 0)
    throw new GraftError('invalid-value', {
      what: `${name} of document ${at}`,
      received: counts[at],
      allowed: 'an integer from 0 on',
      where: metric,
    });
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0)
    throw new GraftError('bad-data', { what: `${name} of ${metric}`, problem: 'are 0 in all documents' });
  return total;
}

/** Sizes of a text: bytes of its UTF-8 form, Unicode code points, and words between white space. */
export function textSize(text: string): { bytes: number; characters: number; words: number } {
  return {
    bytes: new TextEncoder().encode(text).length,
    characters: Array.from(text).length,
    words: text.split(/\s+/u).filter((word) => word !== '').length,
  };
}
