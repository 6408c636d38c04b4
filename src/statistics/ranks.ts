/** Ranks of a sample and how its ties are grouped. */
export interface Ranking {
  /** Rank of each value, 1 for the smallest; tied values share the mean of their ranks. */
  ranks: Float64Array;
  /** Sizes of the groups of equal values, singles included. */
  groups: number[];
}

/** Ranks of `values` in ascending order, ties averaged. */
export function rank(values: ArrayLike<number>): Ranking {
  const n = values.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(n);
  const groups: number[] = [];
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
    groups.push(end - start);
    start = end;
  }
  return { ranks, groups };
}

/** Sum over tie groups of t^3 - t, the term of most tie corrections. */
export function tieTerm(groups: readonly number[]): number {
  let sum = 0;
  for (const t of groups) sum += t * t * t - t;
  return sum;
}
