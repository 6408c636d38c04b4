import type { z } from 'zod';
import { GraftError } from '../errors.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/**
 * Parses what a person wrote. What breaks the schema is answered with one error: `unknown-name` for a misspelt key or
 * choice (with the nearest known one), else `invalid-value`, with the key path.
 *
 * @param where the file or command-line option that the value comes from.
 */
export function parseSpec<S extends z.ZodType>(schema: S, value: unknown, where?: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw errorOf(first(result.error.issues), schema, [], value, where);
}

/** A misspelt key before all else: what it was meant to say is then missing, too. */
function first(issues: readonly Issue[]): Issue {
  return issues.find((issue) => issue.code === 'unrecognized_keys') ?? issues[0]!;
}

function errorOf(
  issue: Issue,
  schema: Schema,
  before: readonly PropertyKey[],
  value: unknown,
  where: string | undefined,
): GraftError {
  const path = [...before, ...issue.path];
  const here = schemaAt(schema, issue.path);
  const received = valueAt(value, path);
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const option = nearestOption(issue.errors);
    const options = optionsOf(here);
    const words = options.flatMap((each) => [...(each._zod.values ?? [])].map(String));
    if (option === undefined && typeof received === 'string' && words.length > 0) {
      // A map of one of the words and its options says no more than the word.
      const maps = options.filter((each) => keysOf(each).some((key) => !words.includes(key)));
      const allowed = [...words, ...maps.map(nameOf)];
      const kind = String(path.at(-1) ?? 'value');
      const entry = typeof path.at(-1) === 'number' ? `entry of ${String(path.at(-2) ?? 'the list')}` : kind;
      return new GraftError('unknown-name', { kind: entry, received, allowed, ...placed(path, where) });
    }
    const stranger = strangerToAll(issue.errors, options);
    if (stranger !== undefined) {
      const allowed = [...new Set(options.flatMap(keysOf))];
      return new GraftError('unknown-name', {
        kind: 'key',
        received: stranger,
        allowed,
        ...placed([...path, stranger], where),
      });
    }
    if (option === undefined) {
      return invalid(path, received, options.map(nameOf).join(' or '), where);
    }
    return errorOf(first(issue.errors[option]!), options[option] ?? schema, path, value, where);
  }
  if (issue.code === 'unrecognized_keys') {
    return new GraftError('unknown-name', {
      kind: 'key',
      received: issue.keys[0]!,
      allowed: keysMeant(here, received),
      ...placed([...path, issue.keys[0]!], where),
    });
  }
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String);
    if (typeof received === 'string') {
      const kind = String(path.at(-1) ?? 'value');
      return new GraftError('unknown-name', { kind, received, allowed, ...placed(path, where) });
    }
    return invalid(path, received, allowed.join(', '), where);
  }
  return invalid(path, received, ruleOf(issue), where);
}

function invalid(
  path: readonly PropertyKey[],
  received: unknown,
  allowed: string,
  where?: string,
): GraftError {
  return new GraftError('invalid-value', {
    what: path.length === 0 ? 'the content' : path.map(String).join('.'),
    received,
    allowed,
    ...(where === undefined ? {} : { where }),
  });
}

function placed(path: readonly PropertyKey[], where: string | undefined): { where?: string } {
  const keys = path.map(String).join('.');
  const place = [where, keys].filter((part) => part !== undefined && part !== '').join(': ');
  return place === '' ? {} : { where: place };
}

function ruleOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeName(issue.expected);
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' entries' : '';
}

/** The option of a union that the value was most likely meant for: the right type and the fewest complaints. */
function nearestOption(errors: readonly (readonly Issue[])[]): number | undefined {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  errors.forEach((issues, option) => {
    const wrongType = issues.some(
      (issue) => issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value'),
    );
    const complaints = issues.reduce(
      (sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1),
      0,
    );
    if (wrongType || complaints >= least) return;
    best = option;
    least = complaints;
  });
  return best;
}

/** A key that no option with keys knows. */
function strangerToAll(
  errors: readonly (readonly Issue[])[],
  options: readonly Schema[],
): string | undefined {
  const unknown = errors.flatMap((issues, option) => {
    if (keysOf(options[option]!).length === 0) return [];
    const found = issues.find((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0);
    return [found?.code === 'unrecognized_keys' ? found.keys : []];
  });
  return unknown[0]?.find((key) => unknown.every((keys) => keys.includes(key)));
}

/** The parts of a schema's definition that are read here. */
interface Definition {
  type: string;
  innerType?: Schema;
  in?: Schema;
  shape?: Record<string, Schema>;
  element?: Schema;
  valueType?: Schema;
  items?: readonly Schema[];
  options?: readonly Schema[];
  /** Of numbers: 'safeint' for whole ones. */
  format?: string;
}

const definition = (schema: Schema) => schema._zod.def as unknown as Definition;

/** The schema without defaults, optionality and transformations around it. */
function bare(schema: Schema): Schema {
  const { innerType, in: input } = definition(schema);
  const inner = innerType ?? input;
  return inner === undefined ? schema : bare(inner);
}

function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema {
  let current = bare(schema);
  for (const key of path) {
    // Of a union, the first option that knows the way.
    const options = optionsOf(current);
    const next = (options.length > 0 ? options : [current])
      .map((each) => below(each, key))
      .find((each) => each !== undefined);
    if (next === undefined) return current;
    current = bare(next);
  }
  return current;
}

function below(schema: Schema, key: PropertyKey): Schema | undefined {
  const { shape, element, valueType, items } = definition(schema);
  return shape?.[String(key)] ?? element ?? valueType ?? items?.[Number(key)];
}

function keysOf(schema: Schema): string[] {
  return Object.keys(definition(schema).shape ?? {});
}

/** The keys that a value of the schema may have; of a union, those of the options that the value's `name` belongs to. */
function keysMeant(schema: Schema, value: unknown): string[] {
  const options = optionsOf(schema);
  if (options.length === 0) return keysOf(schema);
  const name = valueAt(value, ['name']);
  const named = options.filter((each) => {
    const { shape } = definition(each);
    return shape?.name !== undefined && bare(shape.name)._zod.values?.has(name as string) === true;
  });
  return [...new Set((named.length > 0 ? named : options).flatMap((each) => keysMeant(each, value)))];
}

function optionsOf(schema: Schema): readonly Schema[] {
  return (definition(schema).options ?? []).map(bare);
}

function nameOf(schema: Schema): string {
  const { type, shape, element, format } = definition(schema);
  if (shape) return `{ ${Object.keys(shape).join(', ')} }`;
  const values = schema._zod.values;
  if (values) return [...values].map(String).join(', ');
  if (type === 'array' && element !== undefined) {
    const one = nameOf(bare(element));
    return /^a \w+( \w+)?$/.test(one) ? `a list of ${one.slice(2)}s` : 'a list';
  }
  return typeName(format === 'safeint' ? 'int' : type);
}

/** Types as people say them who write YAML. */
const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
};

const typeName = (type: string): string => typeNames[type] ?? `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}
