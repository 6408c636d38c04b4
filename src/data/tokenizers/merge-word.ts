/** The merges of a BPE by pair of token ids. */
export interface MergeTable {
  /** Rank of the pair (left, right) and the id of its token, under left * size + right. */
  readonly ranks: ReadonlyMap<number, { rank: number; id: number }>;
  readonly size: number;
}

/**
 * Applies merges to a word until none applies: always the one of lowest rank, leftmost first (Sennrich et al. 2016).
 * Time n log n in the word's length, so that text without spaces is no trap.
 */
export function mergeWord(word: readonly number[], { ranks, size }: MergeTable): number[] {
  const n = word.length;
  if (n < 2) return [...word];
  const ids = [...word];
  const next = Int32Array.from({ length: n }, (_, i) => (i + 1 < n ? i + 1 : -1));
  const previous = Int32Array.from({ length: n }, (_, i) => i - 1);
  const alive = new Uint8Array(n).fill(1);
  // Candidates as rank * n + position: their order is that of the merges.
  const heap: number[] = [];
  const mergeAt = (i: number) => (next[i]! < 0 ? undefined : ranks.get(ids[i]! * size + ids[next[i]!]!));
  const consider = (i: number) => {
    const merge = mergeAt(i);
    if (merge) push(heap, merge.rank * n + i);
  };
  for (let i = 0; i + 1 < n; i++) consider(i);
  for (let top = pop(heap); top !== undefined; top = pop(heap)) {
    const i = top % n;
    const merge = alive[i] ? mergeAt(i) : undefined;
    // The neighbours have changed since this candidate was seen.
    if (merge === undefined || merge.rank !== (top - i) / n) continue;
    const right = next[i]!;
    ids[i] = merge.id;
    alive[right] = 0;
    next[i] = next[right]!;
    if (next[i]! >= 0) previous[next[i]!] = i;
    if (previous[i]! >= 0) consider(previous[i]!);
    consider(i);
  }
  return ids.filter((_, i) => alive[i]);
}

function push(heap: number[], value: number): void {
  let i = heap.push(value) - 1;
  while (i > 0) {
    const parent = (i - 1) >>> 1;
    if (heap[parent]! <= value) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = value;
}

function pop(heap: number[]): number | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
  return top;
}
