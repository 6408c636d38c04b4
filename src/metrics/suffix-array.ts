/** Suffix arrays of integer sequences: every substring of a corpus, sorted. */

/**
 * The start positions of all suffixes of `text` in ascending order of the suffixes, by prefix doubling with counting sorts
 * (Manber and Myers 1993), O(n log n). Entries of `text` are integers >= 0; a suffix that ends sorts before its continuations.
 */
export function suffixArray(text: Int32Array): Int32Array {
  const n = text.length;
  const order = new Int32Array(n);
  if (n === 0) return order;
  const next = new Int32Array(n);
  let rank = Int32Array.from(text);
  let fresh = new Int32Array(n);
  let classes = 1 + rank.reduce((largest, value) => Math.max(largest, value), 0);
  for (let i = 0; i < n; i++) order[i] = i;
  sortByRank(order, rank, classes, next);
  classes = renumber(order, rank, fresh, 0);
  [rank, fresh] = [fresh, rank];
  for (let length = 1; classes < n; length *= 2) {
    // Sorted by the second half first: suffixes that end within it come before all others.
    let at = 0;
    for (let i = n - length; i < n; i++) next[at++] = i;
    for (let i = 0; i < n; i++) if (order[i]! >= length) next[at++] = order[i]! - length;
    order.set(next);
    sortByRank(order, rank, classes, next);
    classes = renumber(order, rank, fresh, length);
    [rank, fresh] = [fresh, rank];
  }
  return order;
}

/** A stable counting sort of `order` by the rank of each position. */
function sortByRank(order: Int32Array, rank: Int32Array, classes: number, scratch: Int32Array): void {
  const starts = new Int32Array(classes + 1);
  for (let i = 0; i < order.length; i++) starts[rank[i]! + 1] = starts[rank[i]! + 1]! + 1;
  for (let c = 0; c < classes; c++) starts[c + 1] = starts[c + 1]! + starts[c]!;
  for (let i = 0; i < order.length; i++) {
    const position = order[i]!;
    const slot = starts[rank[position]!]!;
    starts[rank[position]!] = slot + 1;
    scratch[slot] = position;
  }
  order.set(scratch);
}

/** Ranks of the first 2 `length` entries (of the first entry for length 0); equal prefixes get equal ranks. */
function renumber(order: Int32Array, rank: Int32Array, fresh: Int32Array, length: number): number {
  const n = order.length;
  const second = (position: number) => (position + length < n ? rank[position + length]! : -1);
  let classes = 0;
  for (let i = 0; i < n; i++) {
    const position = order[i]!;
    if (i > 0) {
      const previous = order[i - 1]!;
      if (rank[position] !== rank[previous] || (length > 0 && second(position) !== second(previous)))
        classes++;
    }
    fresh[position] = classes;
  }
  return classes + 1;
}
