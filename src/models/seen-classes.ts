import type { CheckpointData } from './checkpoint-data.ts';
import type { ExampleTable } from './example-table.ts';
import type { Model } from './model.ts';

/** The classes of which a model by class has examples in a table, in the model's order; undefined for other models. */
export function seenClasses(
  { classes }: Pick<Model, 'classes'>,
  { fields }: ExampleTable,
): string[] | undefined {
  if (classes === undefined || fields.label === undefined) return undefined;
  const seen = new Set(fields.label.data);
  return classes.filter((_, place) => seen.has(place));
}

/** Classes that a model by class was not trained on. */
export interface UnseenClasses {
  /** Those of which its last training had no example. */
  readonly names: readonly string[];
  /** What that training was, in words. */
  readonly training: string;
  /** Those of them that an earlier training had examples of. */
  readonly earlier: readonly string[];
}

/** The classes without examples in a model's last training; undefined where there are none, or nothing is known of it. */
export function unseenClasses(
  { classes }: Pick<Model, 'classes'>,
  { classes: first, adapted = [] }: CheckpointData,
): UnseenClasses | undefined {
  if (classes === undefined) return undefined;
  const last = adapted.at(-1);
  const seen = last === undefined ? first : last.classes;
  if (seen === undefined) return undefined;
  const names = classes.filter((name) => !seen.includes(name));
  if (names.length === 0) return undefined;
  const before = last === undefined ? [] : [first, ...adapted.slice(0, -1).map((entry) => entry.classes)];
  return {
    names,
    training: last === undefined ? 'training' : `${last.technique} on ${last.items} items`,
    earlier: names.filter((name) => before.some((list) => list?.includes(name))),
  };
}
