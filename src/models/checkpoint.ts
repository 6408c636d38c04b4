import { createHash } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type DataSpec, dataSpec } from '../data/data-spec.ts';
import { parseSpec } from '../data/parse-spec.ts';
import { type ImageValues, imageValues } from '../data/represent-images.ts';
import { readTokenizerJson } from '../data/tokenizers/read-tokenizer.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraftError } from '../errors.ts';
import { makeFolder, writeFileAtomic } from '../formats/atomic-file.ts';
import { badFile, quote } from '../formats/bad-file.ts';
import { type NumericArray, toFloat32 } from '../formats/numeric-array.ts';
import { readFileChecked } from '../formats/read-file-checked.ts';
import { listSafetensorsFile, readSafetensorsFile, writeSafetensors } from '../formats/safetensors.ts';
import { mergeAdapter } from './adapter.ts';
import { adapterBase, adapterFiles, isAdapterFolder, readAdapter } from './hugging-face/peft.ts';
import { readFolderTokenizer, tokenizerConfig } from './hugging-face/tokenizer-files.ts';
import { folderTensors, readFolderWeights } from './hugging-face/weight-files.ts';
import { createModel, domainOf, type FamilyName, families, familyOf, layoutOf } from './index.ts';
import type { Model, Weights } from './model.ts';
import { checkWeights } from './weights.ts';

/** What a checkpoint's examples are, beyond the model: how data become fields. */
export interface CheckpointData {
  /** For images: what pixels are. */
  readonly values?: ImageValues;
  /** For text: whether an example is a whole item between end marks or a window of running text. */
  readonly unit?: 'item' | 'running';
  /** Content hash of the data that the model was trained on, and their name. */
  readonly trainedOn?: string;
  /** These data as a person writes them, where they are known by name. */
  readonly source?: DataSpec;
  /** What was done with it since, in order. */
  readonly adapted?: readonly Adaptation[];
}

/** One adaptation that a model went through. */
export interface Adaptation {
  readonly technique: string;
  /** Examples that it looked at, validation included. */
  readonly items: number;
  /** Name of the data, with their content hash in brackets. */
  readonly target: string;
}

/** A model on disk. */
export interface Checkpoint {
  readonly model: Model;
  readonly weights: Weights;
  readonly data: CheckpointData;
  readonly tokenizer?: Tokenizer;
}

const checkpointData = z.strictObject({
  values: imageValues.optional(),
  unit: z.enum(['item', 'running']).optional(),
  trainedOn: z.string().optional(),
  source: dataSpec.optional(),
  adapted: z.array(z.strictObject({ technique: z.string(), items: z.int(), target: z.string() })).optional(),
});

const configSchema = z.strictObject({
  graft: z.literal(1),
  family: z.string(),
  config: z.record(z.string(), z.unknown()).optional(),
  data: checkpointData.optional(),
});

interface ConfigFile {
  readonly graft: 1;
  readonly family: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly data: CheckpointData;
}

const files = {
  config: 'config.json',
  weights: 'model.safetensors',
  shards: 'model.safetensors.index.json',
  tokenizer: 'tokenizer.json',
  tokenizerConfig: 'tokenizer_config.json',
  card: 'README.md',
};

/** Shape of each of the model's tensors under the name that it has in the file. */
function tensorShapes(model: Model): Map<string, readonly number[]> {
  return new Map([
    ...model.parameters.map(({ name, shape }) => [name, shape] as const),
    ...model.state.map(({ name, shape }) => [`state/${name}`, shape] as const),
  ]);
}

/** All tensors of a model as they stand in `model.safetensors`. */
export function weightTensors(model: Model, { parameters, state }: Weights): Map<string, NumericArray> {
  const shapes = tensorShapes(model);
  const entry = (name: string, data: Float32Array): [string, NumericArray] => [
    name,
    { dtype: 'float32', shape: shapes.get(name)!, data },
  ];
  return new Map([
    ...Object.entries(parameters).map(([name, v]) => entry(name, v)),
    ...Object.entries(state).map(([name, v]) => entry(`state/${name}`, v)),
  ]);
}

/** SHA-256 over names, shapes and bits of all tensors. */
export function weightsHash(model: Model, weights: Weights): string {
  const hash = createHash('sha256');
  for (const part of writeSafetensors(weightTensors(model, weights))) hash.update(part);
  return hash.digest('hex');
}

/**
 * Writes `config.json`, `model.safetensors`, `tokenizer.json` (for text) and the model card `README.md` last. Fails as
 * `loadCheckpoint` would on what it had written.
 */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint, card: string): void {
  const { model, weights, data, tokenizer } = checkpoint;
  checkWeights(model, weights);
  checkTokenizer(model, tokenizer, folder);
  makeFolder(folder);
  const layout = layoutOf(model.family);
  const marks = tokenizer?.special ?? {};
  const config =
    layout === undefined
      ? { graft: 1, family: model.family, config: model.config, data }
      : {
          ...layout.writeConfig(model, marks),
          graft: { version: 1, context: model.fields[0]!.shape[0], data },
        };
  writeFileAtomic(
    join(folder, files.weights),
    layout === undefined
      ? writeSafetensors(weightTensors(model, weights), { format: 'graft' })
      : writeSafetensors(folderTensors(model, weights, layout), { format: 'pt' }),
  );
  // Another program's folder that is written over may have had shards.
  rmSync(join(folder, files.shards), { force: true });
  if (tokenizer !== undefined) {
    writeFileAtomic(join(folder, files.tokenizer), `${JSON.stringify(tokenizer.toJSON(), null, 1)}\n`);
    if (layout !== undefined)
      writeFileAtomic(
        join(folder, files.tokenizerConfig),
        `${JSON.stringify(tokenizerConfig(tokenizer), null, 2)}\n`,
      );
  }
  writeFileAtomic(join(folder, files.config), `${JSON.stringify(config, null, 2)}\n`);
  writeFileAtomic(join(folder, files.card), card);
}

/**
 * Reads a checkpoint folder: Graft's own, one that `transformers` wrote (safetensors, in one file or in shards), or a
 * LoRA adapter of `peft` beside its model, which is taken in.
 * Weights may be float32, float64, float16 or bfloat16; models compute in float32.
 * Fails with `file-not-found`, `bad-file` (damaged, another element type), `unknown-name` or `invalid-value` (a wrong
 * key or value in config.json, a tensor that the model does not have), `bad-data` (tensors or a tokenizer that are
 * missing or do not fit the configuration), `unsupported` (another kind of model, a pickle), `not-finite`.
 */
export function loadCheckpoint(folder: string): Checkpoint {
  if (isAdapterFolder(folder)) return loadAdapted(folder);
  const value = readConfigJson(folder);
  const read = isForeign(value) ? readForeign(folder, value) : readOwn(folder, value);
  const { model, weights, tokenizer } = read;
  checkWeights(model, weights, join(folder, files.weights));
  checkTokenizer(model, tokenizer, folder);
  return read;
}

/**
 * A model with a LoRA adapter of `peft` taken in: `folder` holds the adapter, `base` the model, by default the folder
 * that the adapter names.
 */
export function loadAdapted(folder: string, base: string | undefined = adapterBase(folder)): Checkpoint {
  if (base === undefined)
    throw new GraftError('file-not-found', {
      path: join(folder, adapterFiles.config),
      what: 'model of the adapter, base_model_name_or_path,',
      hint: 'Take the adapter into its model: graft import ADAPTER --base MODEL --out FOLDER.',
    });
  const checkpoint = loadCheckpoint(base);
  const { model, weights } = checkpoint;
  const layout = layoutOf(model.family);
  if (layout === undefined)
    throw new GraftError('unsupported', {
      what: `an adapter of peft for a ${model.family}`,
      reason: 'transformers has no such model',
    });
  const merged = mergeAdapter(model, readAdapter(folder, model, layout), weights);
  checkWeights(model, merged, join(folder, adapterFiles.weights));
  return { ...checkpoint, weights: merged };
}

/** Graft's own form. */
function readOwn(folder: string, value: unknown): Checkpoint {
  const config = checkConfig(folder, value);
  const model = createModel(config.family, config.config, join(folder, files.config));
  const path = join(folder, files.weights);
  // The header is checked against the configuration before anything of the configuration's size is read.
  checkTensors(model, path);
  const { tensors } = readSafetensorsFile(path);
  const take = (prefix: string, names: readonly { name: string }[]): Record<string, Float32Array> =>
    Object.fromEntries(names.map(({ name }) => [name, toFloat32(tensors.get(prefix + name)!)]));
  const weights: Weights = { parameters: take('', model.parameters), state: take('state/', model.state) };
  const tokenizer = domainOf(model) === 'text' ? readTokenizer(folder) : undefined;
  return { model, weights, data: config.data, ...(tokenizer === undefined ? {} : { tokenizer }) };
}

/** A folder of `transformers`, with what Graft noted in its config.json. */
function readForeign(folder: string, value: ForeignConfig): Checkpoint {
  const path = join(folder, files.config);
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
export function foreignModel(
  value: Readonly<Record<string, unknown>> & { readonly model_type: string },
  path: string,
): { family: FamilyName; model: Model } {
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

const notedSchema = z
  .strictObject({
    version: z.literal(1),
    context: z.int().min(1).optional(),
    data: checkpointData.optional(),
  })
  .optional();

type ForeignConfig = Readonly<Record<string, unknown>> & { readonly model_type: string };

const isForeign = (value: unknown): value is ForeignConfig =>
  typeof value === 'object' && value !== null && typeof (value as ForeignConfig).model_type === 'string';

const floats = ['float32', 'float64', 'float16', 'bfloat16'];

function checkTensors(model: Model, path: string): void {
  const { entries } = listSafetensorsFile(path);
  const shapes = tensorShapes(model);
  const hint = 'Take config.json and model.safetensors of one model.';
  for (const { name, shape, dtype } of entries) {
    const wanted = shapes.get(name);
    if (wanted === undefined)
      throw new GraftError('unknown-name', {
        kind: 'tensor',
        received: name,
        allowed: [...shapes.keys()],
        where: path,
      });
    if (wanted.length !== shape.length || wanted.some((d, i) => d !== shape[i]))
      throw new GraftError('bad-data', {
        what: `tensor '${name}'`,
        problem: `has shape [${shape.join(', ')}] where the configuration says [${wanted.join(', ')}]`,
        where: path,
        hint,
      });
    if (!floats.includes(dtype))
      throw badFile('safetensors', path, `its values are ${dtype}, which weights are not`, {
        offset: `tensor '${name}'`,
        hint: `Write the weights as ${floats.join(', ')}.`,
      });
  }
  const there = new Set(entries.map(({ name }) => name));
  for (const name of shapes.keys())
    if (!there.has(name))
      throw new GraftError('bad-data', {
        what: `tensor '${name}'`,
        problem: 'is missing',
        where: path,
        hint,
      });
}

/** A language model needs a tokenizer, whose ids are those that the model knows. */
function checkTokenizer(model: Model, tokenizer: Tokenizer | undefined, folder: string): void {
  if (model.sampler.kind !== 'autoregressive') return;
  const where = join(folder, files.tokenizer);
  if (tokenizer === undefined)
    throw new GraftError('bad-data', {
      what: 'checkpoint',
      problem: 'is of a language model, but has no tokenizer.json',
      where,
      hint: 'Put the tokenizer that the model was trained with there.',
    });
  const { vocabulary } = model.sampler;
  const fits =
    familyOf(model.family).roundedVocabulary === undefined
      ? tokenizer.vocabularySize === vocabulary
      : tokenizer.vocabularySize <= vocabulary;
  if (!fits)
    throw new GraftError('bad-data', {
      what: 'tokenizer',
      problem: `has ${tokenizer.vocabularySize} tokens, but the model has ${vocabulary}`,
      where,
      hint: 'Put the tokenizer that the model was trained with there.',
    });
}

function readTokenizer(folder: string): Tokenizer | undefined {
  const path = join(folder, files.tokenizer);
  if (!existsSync(path)) return undefined;
  return readTokenizerJson(new TextDecoder().decode(readFileChecked(path, 'tokenizer.json')), path);
}

/** The content of config.json. */
function readConfigJson(folder: string): unknown {
  const path = join(folder, files.config);
  if (!existsSync(path))
    throw new GraftError('file-not-found', {
      path,
      what: 'checkpoint',
      hint: 'A checkpoint is a folder with config.json and model.safetensors.',
    });
  const bytes = readFileChecked(path, 'JSON');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new GraftError('bad-file', { path, format: 'JSON', problem: (cause as Error).message }, { cause });
  }
}

function checkConfig(folder: string, value: unknown): ConfigFile {
  const path = join(folder, files.config);
  const config = value as Partial<ConfigFile> | null;
  if (config?.graft !== 1 || typeof config.family !== 'string')
    throw new GraftError('bad-file', {
      path,
      format: 'Graft checkpoint',
      problem: "it lacks 'graft: 1' and a 'family', or the 'model_type' of another program's model",
    });
  parseSpec(configSchema, value, path);
  return { graft: 1, family: config.family, config: config.config ?? {}, data: config.data ?? {} };
}

/** Bytes of `model.safetensors` in a checkpoint folder that Graft wrote. */
export const checkpointSize = (folder: string): number => statSync(join(folder, files.weights)).size;
