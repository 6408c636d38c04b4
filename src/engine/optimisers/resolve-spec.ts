import { z } from 'zod';
import { GraftError, lookUp } from '../../errors.ts';

/** What a registry's entry must say for a person to be able to choose it: the schema of its options. */
interface Entry {
  readonly options: z.ZodObject;
}

/**
 * How a person writes the choice of an entry: its name, or its name together with options of the entry and with
 * `common` ones that every entry has.
 */
export type SpecOf<Table extends Readonly<Record<string, Entry>>, Common extends z.ZodObject> =
  | keyof Table
  | { [N in keyof Table]: { name: N } & z.input<Table[N]['options']> & z.input<Common> }[keyof Table];

/** The schema of `SpecOf`, for study files and their JSON Schema. */
export function specSchema<Table extends Readonly<Record<string, Entry>>, Common extends z.ZodObject>(
  table: Table,
  common: Common,
): z.ZodType<SpecOf<Table, Common>, SpecOf<Table, Common>> {
  const names = Object.keys(table) as [string, ...string[]];
  const objects = names.map((name) =>
    table[name]!.options.extend({ name: z.literal(name), ...common.shape }),
  );
  const schema = z.union([
    z.enum(names),
    z.discriminatedUnion('name', objects as unknown as [z.ZodObject<{ name: z.ZodLiteral<string> }>]),
  ]);
  return schema as unknown as z.ZodType<SpecOf<Table, Common>, SpecOf<Table, Common>>;
}

/**
 * The entry that a spec names, and its options and the common ones with defaults filled in.
 *
 * Errors: `unknown-name` for an entry or option that is not there, with the nearest one that is; `invalid-value`
 * for an option out of range. `kind` says in messages what is chosen, `where` in which place.
 */
export function resolveSpec<E extends Entry, Common extends z.ZodObject>(
  kind: string,
  table: Readonly<Record<string, E>>,
  common: Common,
  spec: string | { readonly name: string },
  where?: string,
): { readonly entry: E; readonly options: z.output<E['options']>; readonly common: z.output<Common> } {
  const { name, ...given } = typeof spec === 'string' ? { name: spec } : spec;
  const entry = lookUp(kind, table, name, where);
  const own = Object.keys(entry.options.shape);
  const shared = Object.keys(common.shape);
  const received: Readonly<Record<string, unknown>> = given;
  for (const option of Object.keys(received))
    if (!own.includes(option) && !shared.includes(option))
      throw new GraftError('unknown-name', {
        kind: `option of ${kind} '${name}'`,
        received: option,
        allowed: [...own, ...shared],
        ...(where === undefined ? {} : { where }),
      });
  const parse = <S extends z.ZodObject>(schema: S, options: readonly string[]): z.output<S> => {
    const chosen = Object.fromEntries(
      Object.entries(received).filter(([option]) => options.includes(option)),
    );
    const parsed = schema.safeParse(chosen);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    throw new GraftError('invalid-value', {
      what: `option '${issue.path.join('.')}' of ${kind} '${name}'`,
      received: issue.path.reduce<unknown>(
        (value, key) => (value as Record<PropertyKey, unknown>)?.[key],
        chosen,
      ),
      allowed: ruleOf(issue),
      ...(where === undefined ? {} : { where }),
    });
  };
  return {
    entry,
    options: parse(entry.options, own) as z.output<E['options']>,
    common: parse(common, shared),
  };
}

/** What a value must be, in words, from the rule that it broke. */
function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `a number ${issue.inclusive ? 'from' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return `a number ${issue.inclusive ? 'up to' : 'below'} ${issue.maximum}`;
    case 'invalid_type':
      return `${issue.expected}`;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(', ');
    case 'unrecognized_keys':
      return `no key ${issue.keys.join(', ')}`;
    default:
      return issue.message;
  }
}
