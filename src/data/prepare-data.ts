import { GraftError } from '../errors.ts';
import { stream } from '../random.ts';
import { contentHash } from './content-hash.ts';
import { type CorruptionReport, corruptData } from './corrupt.ts';
import type { DataContext } from './data-context.ts';
import { type DataSet, subset, type TextSet } from './data-set.ts';
import type { DataSpec } from './data-spec.ts';
import { loadResolved } from './load-data-set.ts';
import { type OverlapReport, removeOverlap } from './remove-overlap.ts';
import { resolveDataSource, resolveDataSpec } from './resolve-data-spec.ts';
import { splitData } from './split.ts';
import type { SplitReport } from './splits.ts';
import { wholeCharacter } from './whole-character.ts';
import { cutWindows } from './windows.ts';

/** A data set ready for a study, with all that was done to it. */
export interface PreparedData {
  readonly name: string;
  /** SHA-256 of the content as loaded, selected and brought to shape, before it was divided. */
  readonly hash: string;
  readonly train: DataSet;
  readonly validation: DataSet;
  readonly test: DataSet;
  /** Characters of an example of running text; undefined for data that consist of items. */
  readonly window?: number;
  readonly report: {
    readonly split: SplitReport;
    readonly overlap?: OverlapReport;
    /** What of training and validation was in the test sets of data never trained on. */
    readonly unseenOverlap?: OverlapReport;
    /** Training items (characters of running text) kept of those there were. */
    readonly size?: { kept: number; of: number };
    readonly corruption?: CorruptionReport;
  };
}

/** What else decides on training data. */
export interface PrepareOptions {
  /** Sets whose items may not be trained on: validation and test of the target. */
  readonly heldOut?: readonly DataSet[];
  /** Test sets of data never trained on: items equal to theirs are removed, whole groups are not. */
  readonly unseen?: readonly DataSet[];
  readonly where?: string;
}

/**
 * Loads, divides and prepares a data set. In this order: splits; from train and validation, what is held out
 * elsewhere is removed, then what occurs in the test sets of data never trained on; `size` keeps the first so many training items of an order drawn by the split's seed, so that
 * larger sizes hold smaller ones (of running text the first so many
 * characters of running text); `corrupt` damages the training items. Validation and test are never corrupted. Where
 * items of running text are to be replaced, it is cut into its examples first: each is then a passage of its own.
 */
export async function prepareData(
  spec: DataSpec,
  context: DataContext,
  { heldOut = [], unseen = [], where }: PrepareOptions = {},
): Promise<PreparedData> {
  const resolved = resolveDataSpec(spec, where);
  const { size, corrupt, split, ...source } = resolved;
  const set = await loadResolved(source, context, where);
  const splits = splitData(set, split);
  const overlapping = removeOverlap(splits.train, heldOut);
  const unseenItems = unseen.map(withoutGroups);
  const remove = (part: DataSet) => removeOverlap(part, unseenItems, 'a set never trained on');
  const train = remove(overlapping.set);
  const validation = remove(removeOverlap(splits.validation, heldOut).set);
  const running = set.kind === 'text' && set.unit === 'running';
  const sized = size === undefined ? undefined : limitSize(train.set, size, split?.seed ?? 0);
  const uncorrupted = sized?.set ?? train.set;
  const corrupted = corrupt && (await corruptTraining(uncorrupted, corrupt));
  return {
    name: set.name,
    hash: contentHash(set),
    train: corrupted?.set ?? uncorrupted,
    validation: validation.set,
    test: splits.test,
    ...(running && { window: source.window }),
    report: {
      split: splits.report,
      ...(heldOut.length > 0 && { overlap: overlapping.report }),
      ...(unseen.length > 0 && { unseenOverlap: addReports(train.report, validation.report) }),
      ...(sized && { size: { kept: sized.kept, of: sized.of } }),
      ...(corrupted && { corruption: corrupted.report }),
    },
  };

  async function corruptTraining(whole: DataSet, amounts: NonNullable<typeof corrupt>) {
    const { 'off-domain': offDomain, seed, ...rest } = amounts;
    const cuts = running && (rest.duplicates > 0 || (offDomain?.fraction ?? 0) > 0);
    const training = cuts ? examplesOf(whole, source.window) : whole;
    const { set, report } = await corruptItems(training, offDomain, rest, seed);
    return { set: cuts ? ({ ...set, unit: 'running' } as TextSet) : set, report };
  }

  async function corruptItems(
    training: DataSet,
    offDomain: NonNullable<typeof corrupt>['off-domain'],
    rest: Omit<NonNullable<typeof corrupt>, 'off-domain' | 'seed'>,
    seed: number,
  ) {
    if (!offDomain) return corruptData(training, rest, stream(seed).child('corrupt'));
    const otherSource = resolveDataSource(offDomain.from, where);
    const other = await loadResolved(otherSource, context, where);
    // Items that are held out anywhere do not come back in as off-domain ones.
    const items = removeOverlap(splitData(other).train, [
      splits.validation,
      splits.test,
      ...heldOut,
      ...unseenItems,
    ]).set;
    const window = running ? source.window : otherSource.window;
    const from = { fraction: offDomain.fraction, from: examplesOf(items, window) };
    return corruptData(training, { ...rest, offDomain: from }, stream(seed).child('corrupt'));
  }
}

/**
 * What of a target may not be in the training data of a source: validation and test with all of their groups, and,
 * item by item, the pool that budgets are drawn from, of which a trial may see no more than its budget.
 */
export function heldOutOf({ train, validation, test }: PreparedData): DataSet[] {
  return [validation, test, withoutGroups(train)];
}

function withoutGroups(set: DataSet): DataSet {
  const { groups: _, ...items } = set;
  return items;
}

const addReports = (a: OverlapReport, b: OverlapReport): OverlapReport => ({
  items: a.items + b.items,
  groupItems: a.groupItems + b.groupItems,
  characters: a.characters + b.characters,
});

/** Examples of a prepared part: items as they are, running text cut in windows. */
export function examplesOf(part: DataSet, window: number | undefined): DataSet {
  return part.kind === 'text' && part.unit === 'running' && window !== undefined
    ? cutWindows(part, window)
    : part;
}

function limitSize(set: DataSet, size: number, seed: number): { set: DataSet; kept: number; of: number } {
  if (set.kind === 'text' && set.unit === 'running') return limitCharacters(set, size);
  if (size > set.count) {
    throw new GraftError('invalid-value', {
      what: `size of ${set.name}`,
      received: size,
      allowed: `at most ${set.count}, the training items there are`,
    });
  }
  const order = stream(seed).child('size').permutation(set.count).slice(0, size).sort();
  return { set: subset(set, order, `first ${size} of a random order`), kept: size, of: set.count };
}

function limitCharacters(set: TextSet, size: number): { set: DataSet; kept: number; of: number } {
  const of = set.documents.reduce((sum, text) => sum + text.length, 0);
  if (size > of) {
    throw new GraftError('invalid-value', {
      what: `size of ${set.name}`,
      received: size,
      allowed: `at most ${of}, the characters of training text there are`,
    });
  }
  const documents: string[] = [];
  let kept = 0;
  for (const text of set.documents) {
    if (kept >= size) break;
    const end = wholeCharacter(text, Math.min(size - kept, text.length));
    documents.push(text.slice(0, end));
    kept += end;
  }
  const first = subset(
    set,
    documents.map((_, i) => i),
    `first ${size} characters`,
  );
  return { set: { ...first, documents }, kept, of };
}
