/** BLEU of token sequences against references. */
import type { Citation } from '../citation.ts';
import type { TokenSequence } from './metric.ts';
import { ngrams, tokenNumbering } from './ngram-counts.ts';

export const papineni2002: Citation = {
  key: 'papineni2002bleu',
  type: 'inproceedings',
  authors: 'Papineni, Kishore and Roukos, Salim and Ward, Todd and Zhu, Wei-Jing',
  title: 'BLEU: a Method for Automatic Evaluation of Machine Translation',
  venue: 'Proceedings of the 40th Annual Meeting of the Association for Computational Linguistics',
  year: 2002,
};

/** Matched and all n-grams for n = 1, 2, ..., the length of the hypothesis and the closest length of a reference. */
export interface BleuCounts {
  readonly matched: readonly number[];
  readonly total: readonly number[];
  readonly length: number;
  readonly referenceLength: number;
}

/**
 * exp of the mean log precision of the n-grams, times the brevity penalty (Papineni et al. 2002). A precision without a match
 * counts `floor` over its n-grams (smoothing method 1 of Chen and Cherry 2014, with 0.1); with `floor` 0 it is the smallest
 * positive number, as in NLTK. An order longer than the hypothesis counts as 0 of 1. Without a common token the score is 0.
 */
export function bleuOf(counts: BleuCounts, floor: number): number {
  const { matched, total, length, referenceLength } = counts;
  if (matched[0] === 0) return 0;
  let sum = 0;
  matched.forEach((count, i) => {
    const all = Math.max(1, total[i]!);
    sum += Math.log(count > 0 ? count / all : floor > 0 ? floor / all : smallest) / matched.length;
  });
  const penalty = length > referenceLength ? 1 : Math.exp(1 - referenceLength / length);
  return penalty * Math.exp(sum);
}

/** The smallest normal number in float64. */
const smallest = 2 ** -1022;

/** The counts of a hypothesis against its references, up to n-grams of length `order`. */
export function countMatches(
  hypothesis: TokenSequence,
  references: readonly TokenSequence[],
  order: number,
): BleuCounts {
  const numbered = tokenNumbering();
  const ids = numbered(hypothesis);
  const referenceIds = references.map(numbered);
  const matched: number[] = [];
  const total: number[] = [];
  for (let n = 1; n <= order; n++) {
    const own = tally(ngrams(ids, n));
    const limits = new Map<string, number>();
    for (const reference of referenceIds)
      for (const [gram, count] of tally(ngrams(reference, n)))
        limits.set(gram, Math.max(count, limits.get(gram) ?? 0));
    let hits = 0;
    for (const [gram, count] of own) hits += Math.min(count, limits.get(gram) ?? 0);
    matched.push(hits);
    total.push(Math.max(0, ids.length - n + 1));
  }
  const lengths = references.map((reference) => reference.length);
  return {
    matched,
    total,
    length: hypothesis.length,
    referenceLength: closestLength(hypothesis.length, lengths),
  };
}

/** Sums the counts of several hypotheses, for one score over a corpus. */
export function addCounts(parts: readonly BleuCounts[]): BleuCounts {
  const sum = (f: (part: BleuCounts) => number) => parts.reduce((total, part) => total + f(part), 0);
  const orders = parts[0]?.matched.length ?? 0;
  return {
    matched: Array.from({ length: orders }, (_, i) => sum((part) => part.matched[i]!)),
    total: Array.from({ length: orders }, (_, i) => sum((part) => Math.max(1, part.total[i]!))),
    length: sum((part) => part.length),
    referenceLength: sum((part) => part.referenceLength),
  };
}

/** How often each n-gram occurs. */
export function tally(grams: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const gram of grams) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  return counts;
}

/** The length closest to `length`, the shorter of two that are as close. */
export function closestLength(length: number, others: readonly number[]): number {
  let best = others[0] ?? 0;
  for (const other of others) {
    const gap = Math.abs(other - length) - Math.abs(best - length);
    if (gap < 0 || (gap === 0 && other < best)) best = other;
  }
  return best;
}
