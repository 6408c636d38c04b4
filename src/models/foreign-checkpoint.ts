import { z } from 'zod';
import { parseSpec } from '../data/parse-spec.ts';
import { GraftError } from '../errors.ts';
import { quote } from '../formats/bad-file.ts';
import { type CheckpointData, checkpointData } from './checkpoint-data.ts';
import { readFolderTokenizer } from './hugging-face/tokenizer-files.ts';
import { readFolderWeights } from './hugging-face/weight-files.ts';
import { createModel, type FamilyName, families, layoutOf } from './index.ts';
import type { Model } from './model.ts';

const notedSchema = z
  .strictObject({
    version: z.literal(1),
    context: z.int().min(1).optional(),
    data: checkpointData.optional(),
  })
  .optional();

/** A config.json of `transformers`. */
export type ForeignConfig = Readonly<Record<string, unknown>> & { readonly model_type: string };

export const isForeign = (value: unknown): value is ForeignConfig =>
  typeof value === 'object' && value !== null && typeof (value as ForeignConfig).model_type === 'string';

/** A folder of `transformers`, with what Graft noted in its config.json. */
export function readForeign(folder: string, path: string, value: ForeignConfig) {
  const { family, model } = foreignModel(value, path);
  const noted = parseSpec(z.object({ graft: notedSchema }), value, path).graft;
  const weights = { parameters: readFolderWeights(folder, model, layoutOf(family)!), state: {} };
  const tokenizer = readFolderTokenizer(folder, value);
  return {
    model,
    weights,
    data: (noted?.data ?? {}) as CheckpointData,
    ...(tokenizer === undefined ? {} : { tokenizer }),
  };
}

/**
 * The model that a config.json of `transformers` describes. Its context is what Graft noted, else at most
 * `LONGEST_CONTEXT` of what the model was made for: rows of thousands of tokens are asked for, not taken for granted.
 */
function foreignModel(value: ForeignConfig, path: string): { family: FamilyName; model: Model } {
  const found = (Object.keys(families) as FamilyName[]).find((name) =>
    layoutOf(name)?.modelTypes.includes(value.model_type),
  );
  if (found === undefined)
    throw new GraftError('unsupported', {
      what: `model_type ${quote(value.model_type)} in ${path}`,
      reason: `known are ${Object.keys(families)
        .flatMap((name) => layoutOf(name)?.modelTypes ?? [])
        .join(', ')}`,
    });
  const config = layoutOf(found)!.readConfig(value, path);
  const positions = config.context as number;
  const noted = parseSpec(z.object({ graft: notedSchema }), value, path).graft?.context;
  const context = Math.min(noted ?? LONGEST_CONTEXT, positions);
  return {
    family: found,
    model: createModel(found, { ...config, context, ...(context === positions ? {} : { positions }) }, path),
  };
}

/** Tokens of a row at most, where a folder of another program does not say how long rows are to be. */
const LONGEST_CONTEXT = 1024;
