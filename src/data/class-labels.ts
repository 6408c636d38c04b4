import { GraftError } from '../errors.ts';
import type { DataSet } from './data-set.ts';

/** Whether all of the given classes are among those that a model knows. */
export const knowsAll = (classes: readonly string[], names: readonly string[]): boolean =>
  names.every((name) => classes.includes(name));

/**
 * The class of each item as its place among the classes that a model knows: by name where the model knows all of the
 * set's classes, else by position, so that the set's classes take the places of the model's in order. Fails with
 * `bad-data` where items have no class, or where there are more classes than places.
 */
export function classLabels(set: DataSet, classes: readonly string[], where?: string): Int32Array {
  const refusal = (problem: string, hint: string) =>
    new GraftError('bad-data', {
      what: `data set '${set.name}'`,
      problem,
      ...(where === undefined ? {} : { where }),
      hint,
    });
  const hint = 'Take labelled data, or a model without classes.';
  const { labels } = set;
  if (labels === undefined) throw refusal('has no classes, which a class-conditional model needs', hint);
  const unlabelled = labels.values.reduce((n, label) => n + (label < 0 ? 1 : 0), 0);
  if (unlabelled > 0)
    throw refusal(`has ${unlabelled} items without a class, which a class-conditional model needs`, hint);
  const { names } = labels;
  if (knowsAll(classes, names)) {
    const place = names.map((name) => classes.indexOf(name));
    return labels.values.map((label) => place[label]!);
  }
  if (names.length > classes.length)
    throw refusal(
      `has ${names.length} classes, but the model knows ${classes.length}`,
      'Select fewer classes (select: { label: … }), or take a model with more.',
    );
  return labels.values.slice();
}

/**
 * The names of `first`, and behind them those that `second` has in further places. A name that is there already is
 * replaced by its place.
 */
export function joinClasses(first: readonly string[], second: readonly string[]): string[] {
  const joined = [...first];
  for (let i = first.length; i < second.length; i++) {
    const name = second[i]!;
    joined.push(joined.includes(name) ? `class ${i + 1}` : name);
  }
  return joined;
}

/** The classes of a model that is trained on `source` and adapted to `target`. */
export function classesFor(source: DataSet, target: DataSet, where?: string): string[] {
  const [first, second] = [source, target].map((set) => {
    // Refuses sets with items that have no class.
    classLabels(set, set.labels?.names ?? [], where);
    return set.labels!.names;
  });
  return knowsAll(first!, second!) ? [...first!] : joinClasses(first!, second!);
}
