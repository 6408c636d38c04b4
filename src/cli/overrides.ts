import { parse } from 'yaml';
import { GraftError } from '../errors.ts';

/** `key=value` of a command line. */
export interface Override {
  readonly key: string;
  readonly value: string;
}

type Tree = Record<string, unknown> | unknown[];

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** The value of an override, read as YAML: numbers, true, [1, 2], { name: cosine }; anything else is text. */
export function overrideValue({ key, value }: Override): unknown {
  if (value === '') return '';
  try {
    return parse(value, { prettyErrors: false }) as unknown;
  } catch (cause) {
    throw new GraftError(
      'invalid-value',
      {
        what: key,
        received: value,
        allowed: 'a YAML value: a number, a word, [a, list], { a: map }',
        hint: 'Quote it for the shell.',
      },
      { cause },
    );
  }
}

/**
 * `base` with dotted keys set: `training.steps=100`, `models.0.latent=8`. Maps that are missing are made; a list takes
 * an index of an entry that it has, or its length to append. `base` is not changed.
 */
export function applyOverrides(base: unknown, overrides: readonly Override[]): unknown {
  const root = structuredClone(base ?? {});
  for (const override of overrides) {
    const path = override.key.split('.');
    const value = overrideValue(override);
    let node: unknown = root;
    for (const [depth, part] of path.entries()) {
      const last = depth === path.length - 1;
      if (!isTree(node))
        throw new GraftError('invalid-value', {
          what: path.slice(0, depth).join('.'),
          received: node,
          allowed: `a map or a list, for '${override.key}' to be set in it`,
          where: `${override.key}=${override.value}`,
        });
      const key = Array.isArray(node) ? index(node, part, override) : part;
      const holder = node as Record<string | number, unknown>;
      if (last) holder[key] = value;
      else {
        if (!Object.hasOwn(holder, key) || holder[key] === null) holder[key] = {};
        node = holder[key];
      }
    }
  }
  return root;
}

function index(list: readonly unknown[], part: string, override: Override): number {
  const at = Number(part);
  if (/^\d+$/.test(part) && at <= list.length) return at;
  throw new GraftError('invalid-value', {
    what: `'${part}' in ${override.key}`,
    received: part,
    allowed: `an index from 0 to ${list.length}, for it is a list`,
  });
}

/** Overrides as one map: what a command without a file takes. */
export const overrideMap = (overrides: readonly Override[]): Record<string, unknown> =>
  applyOverrides({}, overrides) as Record<string, unknown>;
