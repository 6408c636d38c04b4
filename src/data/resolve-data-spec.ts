import type { z } from 'zod';
import {
  type DataSource,
  type DataSpec,
  namedData,
  namedDataSpec,
  ownData,
  ownDataSpec,
} from './data-spec.ts';
import { parseSpec } from './parse-spec.ts';

/** A source in its full form, defaults filled in. */
export type ResolvedDataSource = z.output<typeof namedData> | z.output<typeof ownData>;
/** A spec in its full form, defaults filled in. */
export type ResolvedDataSpec = z.output<typeof namedDataSpec> | z.output<typeof ownDataSpec>;

/**
 * The full form of a data spec. Short forms: `mnist`; `glyphs/serif` = the part of `glyphs` with 'serif' as one of its
 * attributes; a path beginning with ./, ../, / or a drive.
 *
 * @param where the place that the spec stands at, for messages.
 */
export function resolveDataSpec(spec: DataSpec, where?: string): ResolvedDataSpec {
  const long = longForm(spec);
  return 'dataset' in long ? parseSpec(namedDataSpec, long, where) : parseSpec(ownDataSpec, long, where);
}

/** `resolveDataSpec` for data whose training part is not prepared: off-domain items, sets to evaluate on. */
export function resolveDataSource(source: DataSource, where?: string): ResolvedDataSource {
  const long = longForm(source);
  return 'dataset' in long ? parseSpec(namedData, long, where) : parseSpec(ownData, long, where);
}

/** The map that a short form stands for; a map as it is. */
export function longForm(spec: DataSpec): Exclude<DataSpec, string> {
  if (typeof spec !== 'string') return spec;
  if (/^(\.{1,2}[/\\]|[/\\~]|[A-Za-z]:[/\\])|^\.{1,2}$/.test(spec)) return { path: spec };
  const slash = spec.indexOf('/');
  return slash < 0 ? { dataset: spec } : { dataset: spec.slice(0, slash), select: spec.slice(slash + 1) };
}

/** A spec that means the same on every machine: a set by its name, with no path in it; undefined for others. */
export function portableSpec(spec: DataSpec): DataSpec | undefined {
  const long = longForm(spec);
  return 'dataset' in long && long.path === undefined ? spec : undefined;
}
