import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { parseSpec } from '../../data/parse-spec.ts';
import { GraftError } from '../../errors.ts';
import { badFile, quote } from '../../formats/bad-file.ts';
import { type NumericArray, toFloat32 } from '../../formats/numeric-array.ts';
import { readFileChecked } from '../../formats/read-file-checked.ts';
import { listSafetensorsFile, readSafetensorsFile } from '../../formats/safetensors.ts';
import type { TensorEntry } from '../../formats/safetensors-header.ts';
import type { Values } from '../../tensor/parameters.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Model, Weights } from '../model.ts';
import type { FileTensor, HuggingFaceLayout } from './layout.ts';

const single = 'model.safetensors';
const index = 'model.safetensors.index.json';
const floats = ['float32', 'float64', 'float16', 'bfloat16'];

/** A tensor of a folder: what its header says, and the file that holds it. */
export interface FolderTensor extends TensorEntry {
  readonly file: string;
}

/**
 * What the safetensors files of a folder hold, by name: one file, or the shards that `model.safetensors.index.json`
 * names. Reads headers alone. Fails with `unsupported` where there are pickles only.
 */
export function listFolderTensors(folder: string): Map<string, FolderTensor> {
  const found = new Map<string, FolderTensor>();
  for (const file of weightFiles(folder))
    for (const entry of listSafetensorsFile(file).entries) {
      const twice = found.get(entry.name);
      if (twice !== undefined)
        throw badFile('safetensors', file, `${basename(twice.file)} has the same tensor`, {
          offset: `tensor '${entry.name}'`,
        });
      found.set(entry.name, { ...entry, file });
    }
  return found;
}

/** The files of weights of a folder. */
function weightFiles(folder: string): string[] {
  const whole = join(folder, single);
  const list = join(folder, index);
  if (existsSync(whole)) return [whole];
  if (existsSync(list)) return shards(folder, list);
  const pickle = existsSync(folder)
    ? readdirSync(folder).find((name) => /\.(bin|pt|pth|ckpt|pkl|pickle)$/i.test(name))
    : undefined;
  if (pickle !== undefined) throw pickled(join(folder, pickle));
  throw new GraftError('file-not-found', {
    path: whole,
    what: 'weights',
    hint: `A model is a folder with config.json and ${single}, or shards with ${index}.`,
  });
}

/** The error for weights in a Python pickle, with the way to convert them. */
export const pickled = (path: string): GraftError =>
  new GraftError('unsupported', {
    what: path,
    reason: 'it is a Python pickle, and reading one runs code that it holds',
    hint: `Convert it where you trust it: python -c "from transformers import AutoModelForCausalLM as M; M.from_pretrained('in').save_pretrained('out')", or python -c "import torch; from safetensors.torch import save_file; save_file(torch.load('${basename(path)}', weights_only=True), 'model.safetensors')".`,
  });

function shards(folder: string, path: string): string[] {
  const text = new TextDecoder().decode(readFileChecked(path, 'JSON'));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GraftError('bad-file', { path, format: 'JSON', problem: (cause as Error).message }, { cause });
  }
  const { weight_map: map } = parseSpec(
    z.object({ weight_map: z.record(z.string(), z.string()) }),
    value,
    path,
  );
  const names = [...new Set(Object.values(map))].sort();
  for (const name of names)
    if (name !== basename(name) || name.includes('\\') || name === '..' || !name.endsWith('.safetensors'))
      throw badFile(
        'index of shards',
        path,
        `${quote(name)} is not the name of a safetensors file in its folder`,
      );
  if (names.length === 0) throw badFile('index of shards', path, 'it names no file');
  const files = names.map((name) => join(folder, name));
  const there = new Set(files.flatMap((file) => listSafetensorsFile(file).entries.map(({ name }) => name)));
  const missing = Object.keys(map).find((name) => !there.has(name));
  if (missing !== undefined)
    throw badFile('index of shards', path, `no shard has its tensor ${quote(missing)}`, {
      hint: 'Fetch the folder again.',
    });
  return files;
}

/** Shape of a file's tensor, from the shapes of the parameters in it. */
export function fileShape(tensor: FileTensor, shapes: ReadonlyMap<string, readonly number[]>): number[] {
  const parts = tensor.parameters.map((name) => shapes.get(name)!);
  const rows = parts.reduce((n, shape) => n + shape[0]!, 0);
  const shape = [rows, ...parts[0]!.slice(1)];
  return tensor.transposed ? shape.reverse() : shape;
}

/** The name under which a tensor stands in a folder: with the layout's prefix or without it. */
export function nameInFolder(
  { name }: FileTensor,
  { prefix }: HuggingFaceLayout,
  there: { has(name: string): boolean },
): string | undefined {
  if (there.has(name)) return name;
  const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return there.has(bare) ? bare : undefined;
}

/**
 * Parameters of a model from the safetensors files of a folder. All headers are checked against the model before
 * anything is read. Fails with `bad-data` (missing, another shape), `unknown-name` (a tensor that the model does not
 * have), `bad-file`.
 */
export function readFolderWeights(folder: string, model: Model, layout: HuggingFaceLayout): Values {
  const there = listFolderTensors(folder);
  const shapes = new Map(model.parameters.map(({ name, shape }) => [name, shape]));
  const tensors = layout.tensors(model);
  const places = new Map<string, FileTensor>();
  for (const tensor of tensors) {
    const name = nameInFolder(tensor, layout, there);
    if (name === undefined)
      throw new GraftError('bad-data', {
        what: `tensor '${tensor.name}'`,
        problem: 'is missing',
        where: folder,
        hint: 'Take config.json and weights of one model.',
      });
    checkEntry(there.get(name)!, fileShape(tensor, shapes));
    places.set(name, tensor);
  }
  const odd = [...there.keys()].find((name) => !places.has(name) && !isDerived(name, model, layout));
  if (odd !== undefined)
    throw new GraftError('unknown-name', {
      kind: 'tensor',
      received: odd,
      allowed: tensors.map(({ name }) => name),
      where: there.get(odd)!.file,
    });
  const values: Record<string, Float32Array> = {};
  for (const file of new Set([...there.values()].map((entry) => entry.file))) {
    const { tensors: read } = readSafetensorsFile(
      file,
      (name) => places.has(name) && there.get(name)!.file === file,
    );
    for (const [name, array] of read) {
      Object.assign(values, parametersOf(places.get(name)!, array, shapes));
      read.delete(name);
    }
  }
  // In the model's order, whatever that of the files.
  return Object.fromEntries(model.parameters.map(({ name }) => [name, values[name]!]));
}

/** Whether a tensor follows from others: buffers of old versions, and the copy of a shared output layer. */
export function isDerived(name: string, model: Model, { derived }: HuggingFaceLayout): boolean {
  return derived.test(name) || (name === 'lm_head.weight' && model.untied !== undefined);
}

/** Fails where a tensor has another shape, or values that weights are not. */
function checkEntry({ name, dtype, shape, file }: FolderTensor, wanted: readonly number[]): void {
  if (wanted.length !== shape.length || wanted.some((d, i) => d !== shape[i]))
    throw new GraftError('bad-data', {
      what: `tensor '${name}'`,
      problem: `has shape [${shape.join(', ')}] where the configuration says [${wanted.join(', ')}]`,
      where: file,
      hint: 'Take config.json and weights of one model.',
    });
  if (!floats.includes(dtype))
    throw badFile('safetensors', file, `its values are ${dtype}, which weights are not`, {
      offset: `tensor '${name}'`,
      hint: `Write the weights as ${floats.join(', ')}.`,
    });
}

/** A file's tensor as the parameters that it is made of. */
export function parametersOf(
  tensor: FileTensor,
  array: NumericArray,
  shapes: ReadonlyMap<string, readonly number[]>,
): Record<string, Float32Array> {
  const data = toFloat32(array);
  const [first, second] = array.shape as [number, number?];
  const rows = tensor.transposed ? transpose(data, first, second!) : data;
  let at = 0;
  return Object.fromEntries(
    tensor.parameters.map((name) => {
      const size = sizeOf(shapes.get(name)!);
      const part = tensor.parameters.length === 1 ? rows : rows.slice(at, at + size);
      at += size;
      return [name, part];
    }),
  );
}

/** All tensors of a model as its files have them. */
export function folderTensors(
  model: Model,
  { parameters }: Weights,
  layout: HuggingFaceLayout,
): Map<string, NumericArray> {
  const shapes = new Map(model.parameters.map(({ name, shape }) => [name, shape]));
  return new Map(
    layout.tensors(model).map((tensor) => {
      const shape = fileShape(tensor, shapes);
      const parts = tensor.parameters.map((name) => parameters[name]!);
      let data = parts[0]!;
      if (parts.length > 1) {
        data = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
        let at = 0;
        for (const part of parts) {
          data.set(part, at);
          at += part.length;
        }
      }
      if (tensor.transposed) data = transpose(data, shape[1]!, shape[0]!);
      return [tensor.name, { dtype: 'float32', shape, data }];
    }),
  );
}

/** The transpose of a matrix [rows, columns]. */
function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}
