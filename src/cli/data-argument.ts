import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { type DataContext, dataContext } from '../data/data-context.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { longForm, resolveDataSpec } from '../data/resolve-data-spec.ts';
import { namedSets } from '../data/sources/named-sets.ts';
import { GraftError } from '../errors.ts';
import { applyOverrides, type Override } from './overrides.ts';
import type { Terminal } from './terminal.ts';

/** How a data set is written on a command line, for help pages. */
export const dataForm =
  'name, name/part, a path, or a YAML map: mnist, glyphs/serif, ./my-images, "{ path: ./a.npz, field: x }"';

/** Where a command looks for data: relative paths start from the folder that it is called in. */
export const commandData = (terminal: Terminal): DataContext =>
  dataContext(terminal.directory, terminal.environment.GRAFT_DATA);

/**
 * The data spec that a person wrote: a name, name/part, a path (one that exists needs no ./ in front), a YAML map, or
 * nothing but `key=value`; `key=value` adds to any of them.
 */
export function dataArgument(
  written: string | undefined,
  overrides: readonly Override[],
  terminal: Terminal,
  where: string,
): DataSpec {
  const base = written === undefined ? {} : baseSpec(written, terminal, where);
  const spec = (
    overrides.length === 0 ? base : applyOverrides(longForm(base as DataSpec), overrides)
  ) as DataSpec;
  // Says at once what is wrong with it.
  resolveDataSpec(spec, where);
  return spec;
}

function baseSpec(written: string, { directory }: Terminal, where: string): DataSpec | object {
  if (written.startsWith('{')) {
    try {
      return parse(written, { prettyErrors: false }) as object;
    } catch (cause) {
      throw new GraftError(
        'invalid-value',
        { what: 'data set', received: written, allowed: 'a YAML map such as { path: ./data.npz }', where },
        { cause },
      );
    }
  }
  const isName = Object.hasOwn(namedSets, written.split('/')[0]!);
  return !isName && existsSync(resolve(directory, written)) ? { path: written } : written;
}
