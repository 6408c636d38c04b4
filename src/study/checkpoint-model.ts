import { resolve } from 'node:path';
import type { DataSet } from '../data/data-set.ts';
import { GraftError } from '../errors.ts';
import { loadCheckpoint, weightsHash } from '../models/checkpoint.ts';
import { type FamilyName, families } from '../models/index.ts';
import type { Model } from '../models/model.ts';
import type { Loaded } from './loaded-data.ts';
import type { EncodingInput } from './step-inputs.ts';

/** A model that was trained before, read from its folder (relative to `base`); `sets`: what it must be able to take. */
export function checkpointModel(
  entry: { readonly checkpoint: string; readonly label?: string | undefined },
  base: string,
  sets: readonly Loaded[],
  where: string,
) {
  const { model, weights, data, tokenizer } = loadCheckpoint(resolve(base, entry.checkpoint));
  for (const { prepared } of sets) requireFitting(model, prepared.train, where);
  const encoding: EncodingInput =
    tokenizer === undefined
      ? { kind: 'image', values: data.values ?? 'unit' }
      : {
          kind: 'text',
          context: model.fields[0]!.shape[0]!,
          ends: data.unit !== 'running',
          tokenizer: 'checkpoint',
        };
  return {
    label: entry.label ?? entry.checkpoint.split('/').filter(Boolean).at(-1) ?? entry.checkpoint,
    family: model.family,
    model,
    encoding,
    pretraining: [],
    weights: weightsHash(model, weights),
  };
}

/** Fails where a model that was given cannot take the examples of a data set. */
function requireFitting({ family, fields }: Model, set: DataSet, where: string): void {
  const { domain } = families[family as FamilyName];
  if (set.kind !== domain)
    throw new GraftError('bad-data', {
      what: `model '${family}'`,
      problem: `is for ${domain}s, but '${set.name}' holds ${set.kind}s`,
      where,
    });
  if (set.kind === 'text') return;
  const needed = fields[0]!.shape;
  const got = [set.channels, set.height, set.width];
  if (needed.some((length, i) => length !== got[i]))
    throw new GraftError('shape-mismatch', {
      op: `images of '${set.name}' and of the checkpoint`,
      shapes: [got, needed],
      rule: 'both need one size; set resize and channels of the data set',
      where,
    });
}
