/** n-gram counts of token sequences. */
import type { Token, TokenSequence } from './metric.ts';

/** Numbers equal tokens alike, so that n-grams can be keyed by short strings whatever the tokens are. */
export function tokenNumbering(): (sequence: TokenSequence) => Int32Array {
  const ids = new Map<Token, number>();
  return (sequence) =>
    Int32Array.from(sequence, (token) => {
      const id = ids.get(token) ?? ids.size;
      ids.set(token, id);
      return id;
    });
}

/** The n-grams of a sequence of ids, as strings, in order; none if it is shorter than n. */
export function ngrams(ids: Int32Array, n: number): string[] {
  const result: string[] = [];
  for (let start = 0; start + n <= ids.length; start++) {
    let key = String(ids[start]);
    for (let i = 1; i < n; i++) key += `,${ids[start + i]}`;
    result.push(key);
  }
  return result;
}

/** Counts of the n-grams of each of several sequences of ids. */
export interface NgramCounts {
  /** Number of n-grams and of distinct ones in each sequence. */
  readonly total: Int32Array;
  readonly distinct: Int32Array;
  /** How often each n-gram occurs in all sequences together. */
  readonly corpus: ReadonlyMap<string, number>;
  /** Sum of `total`. */
  readonly corpusTotal: number;
}

/** Counts the n-grams of token sequences. */
export function countNgrams(sequences: readonly TokenSequence[], n: number): NgramCounts {
  const numbered = tokenNumbering();
  const corpus = new Map<string, number>();
  const total = new Int32Array(sequences.length);
  const distinct = new Int32Array(sequences.length);
  let corpusTotal = 0;
  sequences.forEach((sequence, i) => {
    const grams = ngrams(numbered(sequence), n);
    for (const gram of grams) corpus.set(gram, (corpus.get(gram) ?? 0) + 1);
    total[i] = grams.length;
    distinct[i] = new Set(grams).size;
    corpusTotal += grams.length;
  });
  return { total, distinct, corpus, corpusTotal };
}

/** The share of repeated n-grams in each sequence, 1 - distinct / total (Welleck et al. 2020, seq-rep-n); 0 for one shorter than n. */
export function repetition(counts: NgramCounts): Float64Array {
  return Float64Array.from(counts.total, (total, i) => (total === 0 ? 0 : 1 - counts.distinct[i]! / total));
}
