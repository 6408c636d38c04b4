import { classLabels } from '../data/class-labels.ts';
import type { DataSet, TextSet } from '../data/data-set.ts';
import { examplesOf, type PreparedData } from '../data/prepare-data.ts';
import type { ImageValues } from '../data/represent-images.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraftError, isGraftError } from '../errors.ts';
import { loadCheckpoint } from '../models/checkpoint.ts';
import { domainOf, type FamilyName } from '../models/index.ts';
import type { Model } from '../models/model.ts';
import { modelFolder } from '../models/model-folder.ts';
import { checkpointHash } from './checkpoint-hash.ts';
import { longestExample } from './encoding.ts';
import { valuesOf } from './fit-family.ts';
import type { Loaded } from './loaded-data.ts';
import { requireDomain } from './require-domain.ts';
import type { EncodingInput } from './step-inputs.ts';

/**
 * A model that was trained before, read from its folder (relative to `base`); `sets`: what it must be able to take;
 * `context`: the length of rows that is asked for, by default that of the longest example where the model leaves it
 * open, else the model's own.
 */
export function checkpointModel(
  entry: { readonly checkpoint: string; readonly label?: string | undefined },
  base: string,
  sets: readonly Loaded[],
  where: string,
  context?: number,
) {
  const checkpoint = loadCheckpoint(modelFolder(base, entry.checkpoint));
  const { model: given, data, tokenizer } = checkpoint;
  for (const { prepared } of sets) requireFitting(given, prepared.train, where);
  if (tokenizer !== undefined) for (const { prepared } of sets) requireTokens(tokenizer, prepared, where);
  const model = forRows(given, tokenizer, sets, context);
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
          ends: data.unit === undefined ? isItems(sets[0]) : data.unit !== 'running',
          ...(tokenizer !== undefined && tokenizer.special.bos === undefined
            ? { first: 'given' as const }
            : {}),
          tokenizer: 'checkpoint',
        };
  return {
    label: entry.label ?? entry.checkpoint.split('/').filter(Boolean).at(-1) ?? entry.checkpoint,
    family: model.family,
    model,
    encoding,
    pretraining: [],
    hash: checkpointHash(checkpoint),
    data,
  };
}

/** Fails where texts have characters that a vocabulary of characters lacks, before anything is trained. */
function requireTokens(tokenizer: Tokenizer, { train, validation, test }: PreparedData, where: string): void {
  if (tokenizer.kind !== 'character') return;
  for (const set of [train, validation, test])
    if (set.kind === 'text')
      for (const text of set.documents)
        try {
          tokenizer.encode(text);
        } catch (error) {
          if (!isGraftError(error, 'bad-data')) throw error;
          throw new GraftError('bad-data', { ...error.facts, what: `a text of '${set.name}'`, where });
        }
}

/** Whether the texts of a set are whole items: what a model of another program, which does not say, is taken for. */
const isItems = (set: Loaded | undefined): boolean =>
  set?.prepared.train.kind !== 'text' || set.prepared.train.unit === 'item';

/** The model for rows of the length that is asked for, or that the data need, where it leaves the length open. */
function forRows(
  model: Model,
  tokenizer: Tokenizer | undefined,
  sets: readonly Loaded[],
  asked: number | undefined,
): Model {
  const { withContext } = model;
  if (withContext === undefined || tokenizer === undefined) return model;
  if (asked !== undefined && asked > withContext.longest)
    throw new GraftError('invalid-value', {
      what: 'context',
      received: asked,
      allowed: `at most ${withContext.longest}, which the model was made for`,
      where: 'context',
    });
  const needed = sets.map(({ prepared }) =>
    longestExample(examplesOf(prepared.train, prepared.window) as TextSet, tokenizer),
  );
  return withContext.build(asked ?? Math.min(model.fields[0]!.shape[0]!, Math.max(...needed)));
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
  requireDomain({ family, domain: domainOf(model) }, set, set.name, where);
  if (set.kind === 'text') return;
  if (model.classes !== undefined) classLabels(set, model.classes, where);
  const needed = fields[0]!.shape;
  const [channels, height, width] = needed;
  const got = [set.channels, set.height, set.width];
  if (needed.some((length, i) => length !== got[i]))
    throw new GraftError('shape-mismatch', {
      op: `images of '${set.name}' and of the checkpoint`,
      shapes: [got, needed],
      rule: `both need one size: set resize: ${height === width ? height : `[${height}, ${width}]`} and channels: ${channels} of the data set`,
      where,
    });
}
