import { GraftError, nearest } from '../errors.ts';
import { type DataSet, subset } from './data-set.ts';

/** Which items: one value of any attribute ('serif'), or values per attribute; `label` is the class. */
export type Selection = string | Readonly<Record<string, string | number | readonly (string | number)[]>>;

/** The attributes of a set with the class as `label`, one value per item; unlabelled items have ''. */
export function attributesOf(set: DataSet): Record<string, readonly string[]> {
  const { labels } = set;
  return {
    ...set.attributes,
    ...(labels && { label: Array.from(labels.values, (v) => (v < 0 ? '' : labels.names[v]!)) }),
  };
}

/**
 * The items that have one of the given values in every attribute named. A lone word is looked for among the values of
 * all attributes. Unknown attributes and values, and selections without items, are errors that name what there is.
 */
export function selectItems<S extends DataSet>(set: S, selection: Selection, where?: string): S {
  const attributes = attributesOf(set);
  const place = where === undefined ? {} : { where };
  const wanted =
    typeof selection === 'string'
      ? { [attributeWith(selection, attributes, set, where)]: selection }
      : selection;
  const tests = Object.entries(wanted).map(([name, values]) => {
    if (!Object.hasOwn(attributes, name)) {
      throw new GraftError('unknown-name', {
        kind: `attribute of ${set.name}`,
        received: name,
        allowed: Object.keys(attributes),
        ...place,
      });
    }
    const present = valuesOf(attributes[name]!);
    const list = (Array.isArray(values) ? values : [values]).map(String);
    for (const value of list) {
      if (present.includes(value)) continue;
      throw new GraftError('unknown-name', {
        kind: `${name} of ${set.name}`,
        received: value,
        allowed: present,
        ...place,
      });
    }
    const accepted = new Set(list);
    return (i: number) => accepted.has(attributes[name]![i]!);
  });
  const kept: number[] = [];
  for (let i = 0; i < set.count; i++) if (tests.every((accepts) => accepts(i))) kept.push(i);
  const words = Object.entries(wanted)
    .map(([name, values]) => `${name} = ${Array.isArray(values) ? values.join(' or ') : values}`)
    .join(', ');
  if (kept.length === 0) {
    throw new GraftError('bad-data', {
      what: `data set ${set.name}`,
      problem: `no item has ${words}`,
      ...place,
    });
  }
  return subset(set, kept, `selected ${words}`);
}

function attributeWith(
  value: string,
  attributes: Record<string, readonly string[]>,
  set: DataSet,
  where: string | undefined,
): string {
  const names = Object.keys(attributes).filter((name) => attributes[name]!.includes(value));
  const choices = names.map((name) => attributes[name]!.map((other) => other === value).join());
  if (new Set(choices).size === 1) return names[0]!;
  if (names.length > 1) {
    throw new GraftError('invalid-value', {
      what: `selection from ${set.name}`,
      received: value,
      allowed: `one attribute's value; it is one of ${names.join(' and ')}: write select: { ${names[0]}: ${value} }`,
      ...(where === undefined ? {} : { where }),
    });
  }
  const all = [...new Set(Object.values(attributes).flatMap(valuesOf))];
  const near = nearest(value, all);
  throw new GraftError('unknown-name', {
    kind: `part of ${set.name}`,
    received: value,
    allowed: all.length <= 40 ? all : near === undefined ? all.slice(0, 40) : [near, ...all.slice(0, 39)],
    ...(where === undefined ? {} : { where }),
  });
}

function valuesOf(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value !== '').sort();
}
