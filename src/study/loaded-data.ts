import type { DataContext } from '../data/data-context.ts';
import type { DataSet } from '../data/data-set.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { type PreparedData, prepareData } from '../data/prepare-data.ts';
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
  const input: DataInput = { name: prepared.name + selectionText(given), spec: given, hash: prepared.hash };
  return { prepared, input };
}

/** ` (style: serif)` for a selection, to tell two parts of one data set apart. */
function selectionText(spec: DataSpec): string {
  if (typeof spec === 'string' || spec.select === undefined) return '';
  const { select } = spec;
  const parts =
    typeof select === 'string'
      ? [select]
      : Object.entries(select).map(([key, value]) => `${key}: ${String(value)}`);
  return ` (${parts.join(', ')})`;
}
