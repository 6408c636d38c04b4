import type { DataContext } from '../data/data-context.ts';
import type { DataSet } from '../data/data-set.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { type PreparedData, prepareData } from '../data/prepare-data.ts';
import { longForm } from '../data/resolve-data-spec.ts';
import { GraftError } from '../errors.ts';
import type { DataInput } from './step-inputs.ts';

/** A prepared data set, and what a step's inputs say of it. */
export interface Loaded {
  readonly prepared: PreparedData;
  readonly input: DataInput;
}

/** Loads and divides a data set for a plan; `heldOut`, `unseen`: sets whose items it may not train on. */
export async function loadData(
  given: DataSpec,
  context: DataContext,
  where: string,
  {
    heldOut = [],
    unseen = [],
  }: { readonly heldOut?: readonly DataSet[]; readonly unseen?: readonly DataSet[] } = {},
): Promise<Loaded> {
  const prepared = await prepareData(given, context, { heldOut, unseen, where });
  const input: DataInput = { name: nameOf(prepared, given), spec: given, hash: prepared.hash };
  return { prepared, input };
}

/** Measurements say by these words that they are about the study's own data. */
const reserved = ['target', 'source'];

/**
 * Sets never trained on, under names that tell their measurements apart: where a name is taken, the beginning of the
 * content's hash stands behind it. Fails with `conflict` on a set that is given twice.
 */
export function toldApart(sets: readonly Loaded[], where: string): Loaded[] {
  return sets.map(({ prepared, input }, i) => {
    const alike = sets.slice(0, i).filter((one) => one.input.name === input.name);
    if (alike.some((one) => one.input.hash === input.hash))
      throw new GraftError('conflict', {
        first: 'two data sets',
        second: `the name '${input.name}' and the same content`,
        reason: 'each set is measured once',
        where: `${where}.${i}`,
      });
    const taken = alike.length > 0 || reserved.includes(input.name);
    const name = taken ? `${input.name} (${input.hash.slice(0, 8)})` : input.name;
    return { prepared, input: { ...input, name } };
  });
}

/** What a data set is called: its own name, with the selection. */
export function nameOf({ name }: Pick<PreparedData, 'name'>, spec: DataSpec): string {
  return name + selectionText(spec);
}

/**
 * ` (script: latin, style: serif)` for a selection, to tell two parts of one data set apart. Alphabetical, because
 * names are part of what steps are known by, and the order of keys in a file says nothing.
 */
function selectionText(spec: DataSpec): string {
  const { select } = longForm(spec);
  if (select === undefined) return '';
  const parts =
    typeof select === 'string'
      ? [select]
      : Object.entries(select)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => `${key}: ${String(value)}`);
  return ` (${parts.join(', ')})`;
}
