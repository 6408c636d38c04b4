import type { DataSet } from '../data/data-set.ts';
import { countOf } from './format-number.ts';

/**
 * What of a test set can be taken as drawn independently: its items, its groups (typefaces, documents), whose items
 * are alike, or blocks of neighbouring windows of running text.
 */
export interface SamplingUnits {
  /** One of them in words: 'item', 'typeface', 'block of neighbouring windows'. */
  readonly noun: string;
  readonly count: number;
  /** The unit that each item belongs to, 0 to count - 1. */
  readonly of: readonly number[];
}

/** Batch means call for 10 to 30 batches (Schmeiser 1982): fewer lose power, more are too short to be independent. */
const BLOCKS = 20;
/** Windows of a block at least. */
const SHORTEST_BLOCK = 5;
/** From so many documents on, running text is counted by document; fewer say too little of how documents differ. */
const ENOUGH_DOCUMENTS = 10;

/**
 * The sampling units of a set of examples in its order. Sets with groups: the groups. Running text (`windows`) of fewer
 * than 10 documents: up to 20 contiguous blocks of windows, of at least 5 each, as equal as can be. Else the items.
 */
export function samplingUnits(
  set: Pick<DataSet, 'count' | 'groups' | 'groupNoun'>,
  windows: boolean,
): SamplingUnits {
  const { count, groups } = set;
  const names = groups === undefined ? [] : [...new Set(groups)];
  if (groups !== undefined && (!windows || names.length >= ENOUGH_DOCUMENTS)) {
    const place = new Map(names.map((name, i) => [name, i]));
    return {
      noun: set.groupNoun ?? 'group',
      count: names.length,
      of: groups.map((name) => place.get(name)!),
    };
  }
  if (!windows) return { noun: 'item', count, of: Array.from({ length: count }, (_, i) => i) };
  const blocks = Math.max(1, Math.min(BLOCKS, Math.floor(count / SHORTEST_BLOCK)));
  return {
    noun: 'block of neighbouring windows',
    count: blocks,
    of: Array.from({ length: count }, (_, i) => Math.floor((i * blocks) / count)),
  };
}

/** '9 typefaces', '20 blocks of neighbouring windows'. */
export function unitsText({ count, noun }: Pick<SamplingUnits, 'count' | 'noun'>): string {
  const [first, ...rest] = noun.split(' ');
  return [countOf(count, first!), ...rest].join(' ');
}

/** Whether the items themselves are the units. */
export const areItems = ({ noun }: Pick<SamplingUnits, 'noun'>): boolean => noun === 'item';

/**
 * One value a unit, whose mean is the mean over items and whose variance over the square root of their number is the
 * standard error of that mean with units drawn whole: mean + (sum of the unit's deviations from the mean) * units /
 * items (the linearised ratio estimator, Cochran 1977, section 6.3). With units of equal size these are the units' means.
 */
export function unitValues(items: ArrayLike<number>, { count, of }: SamplingUnits): Float64Array {
  const n = items.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += items[i]!;
  const mean = sum / n;
  const values = new Float64Array(count);
  for (let i = 0; i < n; i++) values[of[i]!]! += items[i]! - mean;
  return values.map((deviation) => mean + (deviation * count) / n);
}
