import { stream } from '../random.ts';
import { type DataSet, type SplitName, splitNames, subset } from './data-set.ts';
import { itemKeys } from './item-keys.ts';
import { splitPassages } from './split-passages.ts';
import {
  checkFilled,
  checkFractions,
  defaultSplit,
  drawParts,
  mapSplits,
  type Parts,
  publishedParts,
  remainingFractions,
  type SplitOptions,
  type SplitReport,
  type Splits,
  type Unit,
} from './splits.ts';

/**
 * Train (the pool that budgets are drawn from), validation and test, by a seed.
 *
 * - A predefined test or validation set is respected; the one that is missing comes out of train. Train loses items
 *   whose group is also in a predefined test or validation set.
 * - Groups (typefaces, documents, paintings) are kept whole; running text is divided as `splitPassages` says.
 * - Exact duplicates: one of each set of equal items stays: that of test, else of validation, else the first of
 *   train. So no item occurs in two splits. From running text, passages of 50 or more characters that also occur in
 *   test or validation are cut out of train (and those of test out of validation).
 */
export function splitData<S extends DataSet>(set: S, options: Partial<SplitOptions> = {}): Splits<S> {
  const chosen = { ...defaultSplit, ...options };
  checkFractions(chosen);
  if (set.kind === 'text' && set.unit === 'running') {
    return splitPassages(set, chosen) as Splits<DataSet> as Splits<S>;
  }
  const published = publishedParts(set);
  const predefined = published.length > 0;
  const parts = predefined
    ? predefinedParts(set, chosen, published)
    : drawParts(unitsOf(set, range(set.count)), chosen, stream(chosen.seed).child('split'));
  const removed = chosen.duplicates === 'remove' ? dropDuplicates(set, parts) : mapSplits(() => 0);
  const report: SplitReport = {
    rule: predefined ? 'predefined' : set.groups ? 'group' : 'item',
    ...(predefined && { published }),
    unit: 'items',
    counts: mapSplits((name) => parts[name].length),
    ...(set.groups && {
      groups: mapSplits((name) => new Set(parts[name].map((i) => set.groups![i]!)).size),
    }),
    duplicatesRemoved: removed,
    unassigned: splitNames.reduce((rest, name) => rest - parts[name].length - removed[name], set.count),
  };
  checkFilled(set, chosen, report);
  return { ...mapSplits((name) => subset(set, parts[name], `split: ${name}`)), report };
}

function predefinedParts(
  set: DataSet,
  options: SplitOptions,
  published: readonly ('validation' | 'test')[],
): Parts {
  const test = Array.from(set.predefined!.test ?? []);
  const validation = Array.from(set.predefined!.validation ?? []);
  const isHeld = new Set([...test, ...validation]);
  const heldGroups = new Set(set.groups ? [...isHeld].map((i) => set.groups![i]!) : []);
  const rest = Array.from(set.predefined!.train ?? range(set.count)).filter(
    (i) => !isHeld.has(i) && !heldGroups.has(set.groups?.[i] ?? ''),
  );
  if (published.length === 2) return { train: rest, validation, test };
  const fractions = remainingFractions(options, published);
  const drawn = drawParts(unitsOf(set, rest), fractions, stream(options.seed).child('split'));
  return published[0] === 'test' ? { ...drawn, test } : { ...drawn, validation };
}

/** What is drawn as a whole: groups in order of name, or single items. */
function unitsOf(set: DataSet, items: readonly number[]): Unit[] {
  if (!set.groups) return items.map((i) => ({ members: [i], weight: 1 }));
  const byGroup = new Map<string, number[]>();
  for (const i of items) {
    const members = byGroup.get(set.groups[i]!);
    if (members) members.push(i);
    else byGroup.set(set.groups[i]!, [i]);
  }
  return [...byGroup.keys()].sort().map((name) => {
    const members = byGroup.get(name)!;
    return { members, weight: members.length };
  });
}

/** Keeps the first of each set of equal items, in the order test, validation, train; returns how many went. */
function dropDuplicates(set: DataSet, parts: Parts): Record<SplitName, number> {
  const keys = itemKeys(set);
  const seen = new Set<string>();
  const removed = mapSplits(() => 0);
  for (const name of ['test', 'validation', 'train'] as const) {
    const kept = parts[name].filter((i) => {
      if (seen.has(keys[i]!)) return false;
      seen.add(keys[i]!);
      return true;
    });
    removed[name] = parts[name].length - kept.length;
    parts[name] = kept;
  }
  return removed;
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
