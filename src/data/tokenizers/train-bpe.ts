import { GraftError } from '../../errors.ts';
import { byteCharacters } from './byte-alphabet.ts';
import { utf8Bytes } from './utf8.ts';
import { splitWords } from './words.ts';

/** A byte-level BPE: the ids of its tokens, and which pairs merge, most frequent first. */
export interface BpeModel {
  vocab: Record<string, number>;
  merges: [string, string][];
}

/** The 256 bytes in the order of their characters, which is the order of their ids (as in GPT-2). */
const bytesByCharacter = Array.from(byteCharacters, (character, byte) => ({ character, byte })).sort(
  (a, b) => (a.character < b.character ? -1 : 1),
);

/**
 * Learns a byte-level BPE (Sennrich et al. 2016; bytes as in Radford et al. 2019): 256 byte tokens, then one token for
 * each merge of the most frequent pair of neighbours within words, until there are `vocabularySize` tokens or no pair
 * occurs `least` times. Equally frequent pairs: the one with the lower ids first. Words never merge with each other.
 */
export function trainBpe(texts: Iterable<string>, vocabularySize: number, least = 2): BpeModel {
  if (!Number.isInteger(vocabularySize) || vocabularySize < 256 || vocabularySize > 2 ** 20) {
    throw new GraftError('invalid-value', {
      what: 'vocabulary size',
      received: vocabularySize,
      allowed: 'an integer from 256 (the bytes) to 1048576',
    });
  }
  const tokens = bytesByCharacter.map(({ character }) => character);
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const words = countWords(texts);
  const pairs = new PairCounts();
  words.forEach((word, w) => {
    pairs.add(word.ids, word.count, w);
  });
  const merges: [string, string][] = [];
  while (tokens.length < vocabularySize) {
    const top = pairs.takeMostFrequent(least);
    if (top === undefined) break;
    const [left, right] = [tokens[top.left]!, tokens[top.right]!];
    merges.push([left, right]);
    // The same characters can come of two different merges; they are one token.
    let merged = ids.get(left + right);
    if (merged === undefined) {
      merged = tokens.length;
      tokens.push(left + right);
      ids.set(left + right, merged);
    }
    for (const w of top.words) {
      const word = words[w]!;
      const after = mergePair(word.ids, top.left, top.right, merged);
      if (after.length === word.ids.length) continue;
      pairs.add(word.ids, -word.count, w);
      pairs.add(after, word.count, w);
      word.ids = after;
    }
  }
  return { vocab: Object.fromEntries(ids), merges };
}

interface Word {
  ids: number[];
  count: number;
}

function countWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const idOfByte = new Int32Array(256);
  bytesByCharacter.forEach(({ byte }, id) => {
    idOfByte[byte] = id;
  });
  return Array.from(counts, ([word, count]) => ({
    ids: Array.from(utf8Bytes(word), (byte) => idOfByte[byte]!),
    count,
  }));
}

/** `ids` with every (left, right), from the left, replaced by `merged`. */
function mergePair(ids: readonly number[], left: number, right: number, merged: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === left && ids[i + 1] === right) {
      out.push(merged);
      i++;
    } else {
      out.push(ids[i]!);
    }
  }
  return out;
}

/** A pair as one number that orders like (left, right). */
const pairKey = (left: number, right: number) => left * 2 ** 21 + right;

/** How often each pair of neighbours occurs and in which words, with a heap over the counts. */
class PairCounts {
  readonly #counts = new Map<number, number>();
  readonly #words = new Map<number, Set<number>>();
  readonly #heap: { key: number; count: number }[] = [];
  readonly #changed = new Set<number>();

  add(ids: readonly number[], times: number, word: number): void {
    for (let i = 0; i + 1 < ids.length; i++) {
      const key = pairKey(ids[i]!, ids[i + 1]!);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + times);
      if (times > 0) {
        const words = this.#words.get(key);
        if (words) words.add(word);
        else this.#words.set(key, new Set([word]));
      }
      this.#changed.add(key);
    }
  }

  takeMostFrequent(least: number): { left: number; right: number; words: Set<number> } | undefined {
    for (const key of this.#changed) {
      const count = this.#counts.get(key)!;
      if (count >= least) this.#push({ key, count });
    }
    this.#changed.clear();
    for (;;) {
      const top = this.#pop();
      if (top === undefined) return undefined;
      // A count that has changed since was pushed again; this entry is out of date.
      if (this.#counts.get(top.key) !== top.count) continue;
      const words = this.#words.get(top.key)!;
      this.#counts.delete(top.key);
      this.#words.delete(top.key);
      const left = Math.floor(top.key / 2 ** 21);
      return { left, right: top.key - left * 2 ** 21, words };
    }
  }

  #push(entry: { key: number; count: number }): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      if (!comesFirst(heap[i]!, heap[parent]!)) break;
      swap(heap, i, parent);
      i = parent;
    }
  }

  #pop(): { key: number; count: number } | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return top;
    heap[0] = last;
    for (let i = 0; ; ) {
      let first = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && comesFirst(heap[child]!, heap[first]!)) first = child;
      }
      if (first === i) return top;
      swap(heap, i, first);
      i = first;
    }
  }
}

function comesFirst(a: { key: number; count: number }, b: { key: number; count: number }): boolean {
  return a.count > b.count || (a.count === b.count && a.key < b.key);
}

function swap<T>(list: T[], i: number, j: number): void {
  [list[i], list[j]] = [list[j]!, list[i]!];
}
