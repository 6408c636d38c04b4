import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseSpec } from '../data/parse-spec.ts';
import { readTokenizerJson } from '../data/tokenizers/read-tokenizer.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraftError } from '../errors.ts';
import { makeFolder, writeFileAtomic } from '../formats/atomic-file.ts';
import { toFloat32 } from '../formats/numeric-array.ts';
import { readFileChecked } from '../formats/read-file-checked.ts';
import { readSafetensorsFile, writeSafetensors } from '../formats/safetensors.ts';
import { mergeAdapter } from './adapter.ts';
import { checkTensors, checkTokenizer } from './check-checkpoint.ts';
import { type CheckpointData, checkpointData } from './checkpoint-data.ts';
import { isForeign, readForeign } from './foreign-checkpoint.ts';
import { adapterBase, adapterFiles, isAdapterFolder, readAdapter } from './hugging-face/peft.ts';
import { tokenizerConfig } from './hugging-face/tokenizer-files.ts';
import { folderTensors } from './hugging-face/weight-files.ts';
import { createModel, domainOf, layoutOf } from './index.ts';
import type { Model, Weights } from './model.ts';
import { weightTensors } from './weight-tensors.ts';
import { checkWeights } from './weights.ts';

/** A model on disk. */
export interface Checkpoint {
  readonly model: Model;
  readonly weights: Weights;
  readonly data: CheckpointData;
  readonly tokenizer?: Tokenizer;
}

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

/**
 * Writes `config.json`, `model.safetensors`, `tokenizer.json` (for text) and the model card `README.md` last. Fails as
 * `loadCheckpoint` would on what it had written.
 */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint, card: string): void {
  const { model, weights, data, tokenizer } = checkpoint;
  checkWeights(model, weights);
  checkTokenizer(model, tokenizer, join(folder, files.tokenizer));
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
  const read = isForeign(value)
    ? readForeign(folder, join(folder, files.config), value)
    : readOwn(folder, value);
  const { model, weights, tokenizer } = read;
  checkWeights(model, weights, join(folder, files.weights));
  checkTokenizer(model, tokenizer, join(folder, files.tokenizer));
  return read;
}

/**
 * A model with a LoRA adapter of `peft` taken in: `folder` holds the adapter, `base` the model, by default the folder
 * that the adapter names.
 */
export function loadAdapted(folder: string, given?: string): Checkpoint {
  const { name, path } = given === undefined ? adapterBase(folder) : { name: given, path: given };
  const base = path;
  if (base === undefined)
    throw new GraftError('file-not-found', {
      path: name ?? 'no name is given',
      what: `model of the adapter (base_model_name_or_path in ${join(folder, adapterFiles.config)})`,
      hint: 'It was looked for in the folder of the adapter, beside it and where the program runs. Take the adapter into its model: graft import ADAPTER --base MODEL --out FOLDER.',
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
