import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import { type DataSet, type SplitName, splitNames } from './data-set.ts';

/** How a data set is divided. Fractions add up to at most 1: of items, or of characters of running text. */
export interface SplitOptions {
  train: number;
  validation: number;
  test: number;
  seed: number;
  /** Exact duplicates: 'remove' (of each set of equal items one stays) or 'keep'. */
  duplicates: 'remove' | 'keep';
}

export const defaultSplit: SplitOptions = {
  train: 0.7,
  validation: 0.1,
  test: 0.2,
  seed: 0,
  duplicates: 'remove',
};

/** How a split was made, with its counts. */
export interface SplitReport {
  /**
   * 'predefined': the publisher's test set, validation set or both, named by `published`; 'group': whole groups drawn at random; 'item': items drawn at random;
   * 'document': whole documents of running text drawn at random; 'passage': running text cut in reading order.
   */
  rule: 'predefined' | 'group' | 'item' | 'document' | 'passage';
  /** The parts that are the publisher's; the other one was drawn from train. */
  published?: readonly ('validation' | 'test')[];
  /** What is counted; characters are UTF-16 units of running text. */
  unit: 'items' | 'characters';
  counts: Record<SplitName, number>;
  groups?: Record<SplitName, number>;
  /** Removed as duplicates, per split that lost them. */
  duplicatesRemoved: Record<SplitName, number>;
  /** Left out: in no split of the publisher's, or beyond the fractions asked for. */
  unassigned: number;
}

/** `train` is the pool that budgets are drawn from. */
export type Splits<S extends DataSet = DataSet> = Record<SplitName, S> & { readonly report: SplitReport };

/** What a part of a split is made of, as numbers of items or documents. */
export type Parts = Record<SplitName, number[]>;

/** Things that must stay together, and their share of the whole. */
export interface Unit {
  members: readonly number[];
  weight: number;
}

/** Which of validation and test the publisher made. */
export function publishedParts({ predefined }: DataSet): ('validation' | 'test')[] {
  return (['validation', 'test'] as const).filter((name) => (predefined?.[name]?.length ?? 0) > 0);
}

/**
 * The fractions by which validation or test are drawn from what the publisher left to train, where only the other one
 * was made: in the proportion that was asked for.
 */
export function remainingFractions(
  { train, validation, test }: SplitOptions,
  published: readonly ('validation' | 'test')[],
): Record<SplitName, number> {
  const drawn = {
    validation: published.includes('validation') ? 0 : validation,
    test: published.includes('test') ? 0 : test,
  };
  const share = train + drawn.validation + drawn.test;
  return { train: train / share, validation: drawn.validation / share, test: drawn.test / share };
}

export function mapSplits<T>(f: (name: SplitName) => T): Record<SplitName, T> {
  return { train: f('train'), validation: f('validation'), test: f('test') };
}

/**
 * Draws units into test, then validation, then train, each up to its fraction of the total weight. A unit is taken
 * where that brings the part nearer to its fraction than leaving it out. Units beyond the fractions stay out, unless
 * the fractions add up to 1: then train takes them.
 */
export function drawParts(
  units: readonly Unit[],
  fractions: Record<SplitName, number>,
  random: Stream,
): Parts {
  const parts: Parts = { train: [], validation: [], test: [] };
  const total = units.reduce((sum, unit) => sum + unit.weight, 0);
  let open = Array.from(random.permutation(units.length), (i) => units[i]!);
  for (const name of ['test', 'validation', 'train'] as const) {
    const target = fractions[name] * total;
    let taken = 0;
    open = open.filter((unit) => {
      if (target === 0 || taken + unit.weight / 2 > target + 1e-9 * total) return true;
      parts[name].push(...unit.members);
      taken += unit.weight;
      return false;
    });
  }
  if (fractions.train + fractions.validation + fractions.test > 1 - 1e-9) {
    for (const unit of open) parts.train.push(...unit.members);
  }
  for (const name of splitNames) parts[name].sort((a, b) => a - b);
  return parts;
}

/** Refuses fractions that are no fractions or ask for more than there is. */
export function checkFractions({ train, validation, test }: SplitOptions): void {
  const all = [train, validation, test];
  if (
    !all.every((value) => value >= 0 && value <= 1) ||
    train === 0 ||
    train + validation + test > 1 + 1e-9
  ) {
    throw new GraftError('invalid-value', {
      what: 'split',
      received: { train, validation, test },
      allowed: 'fractions from 0 to 1 that add up to at most 1, with train above 0',
    });
  }
}

/** Refuses a split in which train, or a test set that was asked for, came out empty. */
export function checkFilled(set: DataSet, options: SplitOptions, report: SplitReport): void {
  for (const name of ['train', 'test'] as const) {
    if (options[name] === 0 || report.counts[name] > 0) continue;
    const lost = report.duplicatesRemoved[name];
    throw new GraftError('bad-data', {
      what: `data set ${set.name}`,
      problem: `no ${report.unit} are left for ${name} (${set.count} ${set.kind === 'image' ? 'images' : 'texts'}${
        report.rule === 'group' ? `, ${new Set(set.groups).size} groups that must stay whole` : ''
      }${lost > 0 ? `, ${lost} removed as duplicates` : ''})`,
      hint: 'Give more data, or other split fractions.',
    });
  }
}
