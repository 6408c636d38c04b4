import { resolve } from 'node:path';
import { classLabels } from '../data/class-labels.ts';
import type { DataSet } from '../data/data-set.ts';
import type { ImageValues } from '../data/represent-images.ts';
import { GraftError } from '../errors.ts';
import { loadCheckpoint, weightsHash } from '../models/checkpoint.ts';
import { domainOf, type FamilyName } from '../models/index.ts';
import type { Model } from '../models/model.ts';
import { valuesOf } from './fit-family.ts';
import type { Loaded } from './loaded-data.ts';
import type { EncodingInput } from './step-inputs.ts';

/** A model that was trained before, read from its folder (relative to `base`); `sets`: what it must be able to take. */
export function checkpointModel(
  entry: { readonly checkpoint: string; readonly label?: string | undefined },
  base: string,
  sets: readonly Loaded[],
  where: string,
) {
  const { model, weights, data } = loadCheckpoint(resolve(base, entry.checkpoint));
  for (const { prepared } of sets) requireFitting(model, prepared.train, where);
  const encoding: EncodingInput =
    domainOf(model) === 'image'
      ? {
          kind: 'image',
          values: imageValues(model, data.values, sets, where),
          ...(model.classes === undefined ? {} : { classes: model.classes }),
        }
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

/** What pixels are: as the checkpoint says, else what its likelihood is defined on; refused where that is something else. */
function imageValues(
  { family, config }: Model,
  given: ImageValues | undefined,
  sets: readonly Loaded[],
  where: string,
): ImageValues {
  const found = sets.flatMap(({ prepared: { train } }) =>
    train.kind === 'image' ? [valuesOf(family as FamilyName, config, given, train, where)] : [],
  );
  return found[0] ?? given ?? 'unit';
}

/** Fails where a model that was given cannot take the examples of a data set. */
function requireFitting(model: Model, set: DataSet, where: string): void {
  const { family, fields } = model;
  const domain = domainOf(model);
  if (set.kind !== domain)
    throw new GraftError('bad-data', {
      what: `model '${family}'`,
      problem: `is for ${domain}s, but '${set.name}' holds ${set.kind}s`,
      where,
    });
  if (set.kind === 'text') return;
  if (model.classes !== undefined) classLabels(set, model.classes, where);
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
