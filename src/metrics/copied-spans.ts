/** Spans of generated sequences that occur in training sequences. */
import type { TokenSequence } from './metric.ts';
import { tokenNumbering } from './ngram-counts.ts';
import { suffixArray } from './suffix-array.ts';

/** The longest span of one generated sequence that occurs in a training sequence. */
export interface CopiedSpan {
  readonly length: number;
  /** Its first start in the generated sequence. */
  readonly start: number;
  /** The first training sequence that holds a span of this length; 0 where the length is 0. */
  readonly trainItem: number;
}

/** For each generated sequence its longest common substring with any training sequence (which are kept apart). */
export function longestCopiedSpans(
  train: readonly TokenSequence[],
  generated: readonly TokenSequence[],
): CopiedSpan[] {
  const corpus = indexCorpus(train);
  return generated.map((sequence) => longestSpan(corpus, corpus.numbered(sequence)));
}

interface Corpus {
  /** All training tokens, numbered from 1; sequences are followed by 0, which no generated token equals. */
  readonly text: Int32Array;
  readonly suffixes: Int32Array;
  /** The start of each training sequence in `text`. */
  readonly starts: Int32Array;
  readonly numbered: (sequence: TokenSequence) => Int32Array;
}

function indexCorpus(train: readonly TokenSequence[]): Corpus {
  const ids = tokenNumbering();
  const numbered = (sequence: TokenSequence) => ids(sequence).map((id) => id + 1);
  const starts = new Int32Array(train.length);
  const text = new Int32Array(train.reduce((sum, sequence) => sum + sequence.length + 1, 0));
  let at = 0;
  train.forEach((sequence, i) => {
    starts[i] = at;
    text.set(numbered(sequence), at);
    at += sequence.length + 1;
  });
  return { text, suffixes: suffixArray(text), starts, numbered };
}

function longestSpan(corpus: Corpus, ids: Int32Array): CopiedSpan {
  let best: CopiedSpan = { length: 0, start: 0, trainItem: 0 };
  for (let start = 0; start < ids.length && ids.length - start >= Math.max(1, best.length); start++) {
    const length = longestPrefix(corpus, ids, start);
    if (length === 0 || length < best.length) continue;
    const trainItem = firstItem(corpus, ids, start, length);
    if (length > best.length) best = { length, start, trainItem };
    else if (trainItem < best.trainItem) best = { ...best, trainItem };
  }
  return best;
}

/** Length of the longest prefix of ids[start ...] that occurs in the corpus: it is shared with a neighbour in sorted order. */
function longestPrefix(corpus: Corpus, ids: Int32Array, start: number): number {
  const place = lowerBound(corpus, ids, start, ids.length - start);
  let length = 0;
  for (const neighbour of [place - 1, place])
    if (neighbour >= 0 && neighbour < corpus.suffixes.length)
      length = Math.max(
        length,
        commonPrefix(corpus, corpus.suffixes[neighbour]!, ids, start, ids.length - start),
      );
  return length;
}

/** The first training sequence with an occurrence of ids[start ... start + length). */
function firstItem(corpus: Corpus, ids: Int32Array, start: number, length: number): number {
  let earliest = Infinity;
  for (let i = lowerBound(corpus, ids, start, length); i < corpus.suffixes.length; i++) {
    const position = corpus.suffixes[i]!;
    if (commonPrefix(corpus, position, ids, start, length) < length) break;
    earliest = Math.min(earliest, position);
  }
  let low = 0;
  let high = corpus.starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (corpus.starts[middle]! <= earliest) low = middle;
    else high = middle;
  }
  return low;
}

/** The number of suffixes that sort before ids[start ... start + length). */
function lowerBound(corpus: Corpus, ids: Int32Array, start: number, length: number): number {
  let low = 0;
  let high = corpus.suffixes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const position = corpus.suffixes[middle]!;
    const shared = commonPrefix(corpus, position, ids, start, length);
    const before =
      shared < length &&
      (position + shared === corpus.text.length || corpus.text[position + shared]! < ids[start + shared]!);
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}

function commonPrefix(
  corpus: Corpus,
  position: number,
  ids: Int32Array,
  start: number,
  limit: number,
): number {
  const { text } = corpus;
  const end = Math.min(limit, text.length - position);
  let length = 0;
  while (length < end && text[position + length] === ids[start + length]) length++;
  return length;
}
