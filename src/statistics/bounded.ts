/**
 * A figure that may lie outside what was observed: equal to `value`, at least it, or below it. In words: '4', 'at least
 * 16', 'below 1'.
 */
export interface Bounded {
  relation: 'equal' | 'at least' | 'below';
  value: number;
}

/** Order of bounded figures on one scale of observations: 'below' first, 'at least' last. */
export function compareBounded(a: Bounded, b: Bounded): number {
  const place = { below: -1, equal: 0, 'at least': 1 };
  return place[a.relation] - place[b.relation] || a.value - b.value;
}
