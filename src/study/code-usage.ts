import { formatNumber } from './format-number.ts';

/** How much of a code book examples use. */
export interface CodeUsage {
  /** Entries of the code book, and those that stand somewhere in the codes. */
  readonly entries: number;
  readonly used: number;
  /** exp of the entropy of the entries' shares: as many entries as if all were used equally often. */
  readonly perplexity: number;
  /** Places of all codes. */
  readonly places: number;
}

/** With fewer places than this for each entry, many an entry stands nowhere by chance. */
const ENOUGH = 10;
/** A code book is hardly used where so small a share of its entries is. */
const HARDLY = 0.5;

/** Counts the entries of a code book, 0 .. entries - 1, that stand in codes. */
export function codeUsage(codes: ArrayLike<number>, entries: number): CodeUsage {
  const counts = new Float64Array(entries);
  for (let i = 0; i < codes.length; i++) counts[codes[i]!]!++;
  let entropy = 0;
  let used = 0;
  for (const count of counts) {
    if (count === 0) continue;
    used++;
    entropy -= (count / codes.length) * Math.log(count / codes.length);
  }
  return { entries, used, perplexity: Math.exp(entropy), places: codes.length };
}

/** The usage as a note. */
export const usageNote = ({ entries, used, perplexity }: CodeUsage): string =>
  `Training examples use ${used} of the ${formatNumber(entries, 0)} entries of the code book, as evenly as ${formatNumber(perplexity, 1)} that are all used equally often (perplexity).`;

/**
 * What is wrong with the usage, in sentences; without figures, so that many trials with one fault say one thing. Entries
 * that no vector is nearest to get no gradient, and stay unused ('dead').
 */
export function usageWarnings({ entries, used, places }: CodeUsage): string[] {
  if (entries > 1 && used === 1)
    return [
      'The codes collapsed: all places of all training examples have one entry of the code book, so that codes say nothing of an example.',
    ];
  if (places < ENOUGH * entries || used >= HARDLY * entries) return [];
  return [
    'Most of the code book is dead: fewer than half of its entries are used by any training example. The model has fewer codes than its configuration says.',
  ];
}
