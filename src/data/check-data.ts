import { isGraftError } from '../errors.ts';
import { stream } from '../random.ts';
import { largestBudget } from './budget.ts';
import type { DataSet } from './data-set.ts';
import { type DataDescription, describeData } from './describe-data.ts';
import { examplesOf } from './prepare-data.ts';
import { removeOverlap } from './remove-overlap.ts';
import { splitData } from './split.ts';
import type { SplitOptions, SplitReport } from './splits.ts';

/** The kinds of problem that `checkData` looks for. */
export type ProblemKind =
  | 'cannot-split'
  | 'few-examples'
  | 'duplicates'
  | 'test-in-train'
  | 'class-imbalance'
  | 'empty-class'
  | 'unlabelled'
  | 'constant-images'
  | 'light-background'
  | 'blank-texts'
  | 'damaged-texts'
  | 'uneven-lengths'
  | 'overlap';

/** Something about data that a study would suffer from. 'error': no study can use them; 'warning': it can, with harm; 'note': it is dealt with. */
export interface DataProblem {
  readonly kind: ProblemKind;
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
}

export interface DataCheck {
  readonly description: DataDescription;
  /** The default split, or the one asked for; absent where there is none. */
  readonly split?: SplitReport;
  /** The largest budget that the training pool gives. */
  readonly largestBudget?: number;
  readonly problems: readonly DataProblem[];
}

/** What a study would meet in a data set: its description, its split, and what is wrong with it. */
export function checkData(
  set: DataSet,
  options: {
    split?: Partial<SplitOptions> | undefined;
    /** Characters of a window of running text. */
    window?: number;
    /** Sets with which items may be shared, such as the source of a study. */
    against?: readonly DataSet[];
  } = {},
): DataCheck {
  const description = describeData(set);
  const problems = problemsOf(set, description);
  const report = (kind: ProblemKind, severity: DataProblem['severity'], message: string) =>
    problems.push({ kind, severity, message });
  for (const other of options.against ?? []) {
    const { items, characters } = removeOverlap(set, [other]).report;
    if (items > 0) report('overlap', 'note', `${count(items, 'item')} also in ${other.name}`);
    if (characters > 0) {
      report(
        'overlap',
        'note',
        `${count(characters, 'character')} in passages of 50 or more that ${other.name} has too`,
      );
    }
  }
  const base = { description, problems };
  try {
    const splits = splitData(set, options.split);
    const crossing = splits.report.rule === 'predefined' ? splits.report.duplicatesRemoved.train : 0;
    if (crossing > 0) {
      report(
        'test-in-train',
        'note',
        `${count(crossing, 'training item')} removed as copies of others or of test items`,
      );
    }
    const pool = examplesOf(splits.train, options.window ?? 256);
    const most = largestBudget(
      pool.groups ? { count: pool.count, groups: pool.groups } : { count: pool.count },
      stream(0),
    );
    if (most < 100)
      report('few-examples', 'warning', `the training pool gives budgets of at most ${most} examples`);
    return { ...base, split: splits.report, largestBudget: most };
  } catch (error) {
    if (!isGraftError(error, 'bad-data')) throw error;
    report('cannot-split', 'error', error.message);
    return base;
  }
}

function problemsOf(set: DataSet, description: DataDescription): DataProblem[] {
  const problems: DataProblem[] = [];
  const report = (kind: ProblemKind, severity: DataProblem['severity'], message: string) =>
    problems.push({ kind, severity, message });
  const { duplicates, classes, unlabelled, images, texts } = description;
  if (duplicates > 0) {
    report(
      'duplicates',
      'note',
      `${count(duplicates, 'item')} of ${set.count} repeat an earlier one; they are removed`,
    );
  }
  if (classes && classes.length > 1) {
    const present = classes.filter((entry) => entry.count > 0).sort((a, b) => a.count - b.count);
    const [least, most] = [present[0], present.at(-1)];
    if (least && most && most.count > 10 * least.count) {
      report(
        'class-imbalance',
        'warning',
        `class '${most.value}' has ${count(most.count, 'item')}, class '${least.value}' ${least.count}`,
      );
    }
    const empty = classes.filter((entry) => entry.count === 0).map(({ value }) => `'${value}'`);
    if (empty.length > 0 && set.provenance.steps.every((step) => !step.startsWith('selected'))) {
      report('empty-class', 'warning', `no items of class ${empty.join(', ')}`);
    }
  }
  if (unlabelled) report('unlabelled', 'note', `${count(unlabelled, 'item')} without a class`);
  if (images && images.constant > 0) {
    report('constant-images', 'warning', `${count(images.constant, 'image')} of one colour throughout`);
  }
  if (images && images.channels === 1 && images.mean > 127.5) {
    report(
      'light-background',
      'note',
      'the images are light with dark marks; sets such as MNIST are the other way (invert: true)',
    );
  }
  if (texts && texts.blank > 0)
    report('blank-texts', 'warning', `${count(texts.blank, 'text')} with nothing but blanks`);
  if (texts && texts.damaged > 0) {
    report(
      'damaged-texts',
      'warning',
      `${count(texts.damaged, 'text')} with control or replacement characters, as a wrong encoding leaves them`,
    );
  }
  if (texts?.unit === 'item' && texts.longest > 1000 && texts.longest > 20 * Math.max(1, texts.median)) {
    report(
      'uneven-lengths',
      'warning',
      `the longest text has ${texts.longest} characters, half have at most ${texts.median}`,
    );
  }
  return problems;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
