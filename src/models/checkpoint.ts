import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSpec } from '../data/data-spec.ts';
import type { ImageValues } from '../data/represent-images.ts';
import { readTokenizerJson } from '../data/tokenizers/read-tokenizer.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraftError } from '../errors.ts';
import { makeFolder, writeFileAtomic } from '../formats/atomic-file.ts';
import type { NumericArray } from '../formats/numeric-array.ts';
import { readSafetensorsFile, writeSafetensors } from '../formats/safetensors.ts';
import { createModel } from './index.ts';
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
}

/** A model on disk. */
export interface Checkpoint {
  readonly model: Model;
  readonly weights: Weights;
  readonly data: CheckpointData;
  readonly tokenizer?: Tokenizer;
}

interface ConfigFile {
  readonly graft: 1;
  readonly family: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly data: CheckpointData;
}

const files = {
  config: 'config.json',
  weights: 'model.safetensors',
  tokenizer: 'tokenizer.json',
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

/** Writes `config.json`, `model.safetensors`, `tokenizer.json` (for text) and the model card `README.md` last. */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint, card: string): void {
  const { model, weights, data, tokenizer } = checkpoint;
  checkWeights(model, weights);
  makeFolder(folder);
  const config: ConfigFile = { graft: 1, family: model.family, config: model.config, data };
  writeFileAtomic(
    join(folder, files.weights),
    writeSafetensors(weightTensors(model, weights), { format: 'graft' }),
  );
  if (tokenizer !== undefined)
    writeFileAtomic(join(folder, files.tokenizer), `${JSON.stringify(tokenizer.toJSON(), null, 1)}\n`);
  writeFileAtomic(join(folder, files.config), `${JSON.stringify(config, null, 2)}\n`);
  writeFileAtomic(join(folder, files.card), card);
}

/** Reads a checkpoint folder; what is missing or does not fit is said. */
export function loadCheckpoint(folder: string): Checkpoint {
  const config = readConfig(folder);
  const model = createModel(config.family, config.config);
  const path = join(folder, files.weights);
  const { tensors } = readSafetensorsFile(path);
  const shapes = tensorShapes(model);
  for (const [name, { shape }] of tensors) {
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
      });
  }
  const take = (prefix: string, names: readonly { name: string }[]): Record<string, Float32Array> =>
    Object.fromEntries(
      names.flatMap(({ name }) => {
        const tensor = tensors.get(prefix + name);
        return tensor === undefined ? [] : [[name, Float32Array.from(tensor.data as Float32Array)]];
      }),
    );
  const weights: Weights = { parameters: take('', model.parameters), state: take('state/', model.state) };
  checkWeights(model, weights, path);
  const tokenizerPath = join(folder, files.tokenizer);
  return {
    model,
    weights,
    data: config.data,
    ...(existsSync(tokenizerPath)
      ? { tokenizer: readTokenizerJson(readFileSync(tokenizerPath, 'utf8'), tokenizerPath) }
      : {}),
  };
}

function readConfig(folder: string): ConfigFile {
  const path = join(folder, files.config);
  if (!existsSync(path))
    throw new GraftError('file-not-found', {
      path,
      what: 'checkpoint',
      hint: 'A checkpoint is a folder with config.json and model.safetensors.',
    });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new GraftError('bad-file', { path, format: 'JSON', problem: (cause as Error).message }, { cause });
  }
  const config = value as Partial<ConfigFile> | null;
  if (config?.graft !== 1 || typeof config.family !== 'string')
    throw new GraftError('bad-file', {
      path,
      format: 'Graft checkpoint',
      problem: "it lacks 'graft: 1' and a 'family'",
      hint: 'Checkpoints of other programs have to be imported first.',
    });
  return { graft: 1, family: config.family, config: config.config ?? {}, data: config.data ?? {} };
}

/** Bytes of `model.safetensors` in a checkpoint folder. */
export const checkpointSize = (folder: string): number => statSync(join(folder, files.weights)).size;
