import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { badFile, plural, quote } from './bad-file.ts';
import { halfToFloat32 } from './half-precision.ts';
import { readFileChecked, withFile } from './read-file-checked.ts';
import { schemaProblem } from './schema-problem.ts';

const FORMAT = 'TensorFlow.js Layers model';
/** A description of layers is far smaller; weights lie in files of their own. */
const LONGEST = 64 * 2 ** 20;
/** Values of all weights: what one float32 array can hold in 2 GB. */
const MOST_VALUES = 2 ** 29;

/** A layer as Keras describes it. */
export interface KerasLayer {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the layers that it reads; absent in a sequence. */
  readonly from?: readonly string[];
}

export interface TfjsWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A model that TensorFlow.js stores as layers, with its weights. */
export interface TfjsModel {
  readonly path: string;
  /** Whose layers they are: Keras 3's, which a model made with it says, or those of Keras 2 and of TensorFlow.js itself. */
  readonly keras: 2 | 3;
  readonly layers: readonly KerasLayer[];
  /** Names of layers; for a sequence its first and last. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** By the last two parts of their names: `dense_1/kernel`. */
  readonly weights: ReadonlyMap<string, TfjsWeight>;
}

const name = z.string().min(1).max(500);
const endpoint = z.tuple([name]).rest(z.unknown());
const layer = z.object({
  class_name: name,
  name: name.optional(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.unknown()).max(1000).optional(),
});
const layers = z.array(layer).min(1).max(2000);
const topology = z.object({
  keras_version: z.string().max(100).optional(),
  model_config: z.object({
    class_name: name,
    config: z.union([
      layers,
      z.object({
        layers,
        input_layers: z.array(endpoint).min(1).optional(),
        output_layers: z.array(endpoint).min(1).optional(),
      }),
    ]),
  }),
});
const quantization = z.object({
  dtype: z.enum(['uint8', 'uint16', 'float16']),
  min: z.number().optional(),
  scale: z.number().optional(),
});
const weight = z.object({
  name,
  shape: z.array(z.int().min(0).max(MOST_VALUES)).max(8),
  dtype: z.string().max(20),
  quantization: quantization.optional(),
});
const manifest = z
  .array(
    z.object({
      paths: z.array(z.string().min(1).max(1000)).min(1).max(10_000),
      weights: z.array(weight).max(100_000),
    }),
  )
  .max(10_000);

type Weight = z.output<typeof weight>;

/** Whether a file is the description of a TensorFlow.js model: JSON with a `modelTopology`. */
export function looksLikeTfjs(path: string): boolean {
  if (!path.endsWith('.json')) return false;
  const start = withFile(path, FORMAT, (read, size) => read(0, Math.min(size, LONGEST)));
  return new TextDecoder().decode(start).includes('"modelTopology"');
}

/**
 * Reads `model.json` and the shards that it names. Sizes are checked against the files before anything is allocated;
 * shards must lie in the folder of the model, links followed. Fails with `bad-file`, `file-not-found`, and `unsupported` for
 * graph models.
 */
export function readTfjsLayers(path: string): TfjsModel {
  const json = readJson(path);
  if (json.format === 'graph-model' || json.modelTopology === undefined)
    throw new GraftError('unsupported', {
      what: `${path} as a ${FORMAT}`,
      reason:
        json.modelTopology === undefined
          ? 'it has no modelTopology'
          : 'it is a graph model, whose layers are lost',
      hint: 'Convert the original with tensorflowjs_converter --output_format=tfjs_layers_model, or to ONNX with tf2onnx.',
    });
  const { model_config: model, keras_version: version } = parsed(
    topology,
    json.modelTopology,
    path,
    'modelTopology',
  );
  const described = Array.isArray(model.config) ? { layers: model.config } : model.config;
  const list = described.layers.map((entry): KerasLayer => {
    const called = entry.name ?? entry.config.name;
    if (typeof called !== 'string' || called === '')
      throw badFile(FORMAT, path, `a layer of class ${quote(entry.class_name)} has no name`);
    const from = model.class_name === 'Sequential' ? undefined : sourcesOf(entry.inbound_nodes, called, path);
    return {
      kind: entry.class_name,
      name: called,
      config: entry.config,
      ...(from === undefined ? {} : { from }),
    };
  });
  const names = new Set(list.map((entry) => entry.name));
  if (names.size < list.length) throw badFile(FORMAT, path, 'two of its layers have one name');
  const ends = (given: readonly (readonly [string, ...unknown[]])[] | undefined, usual: string) =>
    given?.map(([one]) => one) ?? [usual];
  return {
    path,
    keras: version?.startsWith('3.') ? 3 : 2,
    layers: list,
    inputs: ends('input_layers' in described ? described.input_layers : undefined, list[0]!.name),
    outputs: ends('output_layers' in described ? described.output_layers : undefined, list.at(-1)!.name),
    weights: readWeights(parsed(manifest, json.weightsManifest ?? [], path, 'weightsManifest'), path),
  };
}

function readJson(path: string): Record<string, unknown> {
  const size = withFile(path, FORMAT, (_, bytes) => bytes);
  if (size > LONGEST)
    throw badFile(FORMAT, path, `it has ${plural(size, 'byte')}, more than a description needs`);
  try {
    const json: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(readFileChecked(path, FORMAT)),
    );
    if (typeof json === 'object' && json !== null && !Array.isArray(json))
      return json as Record<string, unknown>;
  } catch (error) {
    if (error instanceof GraftError) throw error;
    throw badFile(FORMAT, path, 'it is no JSON in UTF-8');
  }
  throw badFile(FORMAT, path, 'it is no JSON object');
}

function parsed<S extends z.ZodType>(schema: S, value: unknown, path: string, where: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw badFile(
    FORMAT,
    path,
    `${[where, ...issue!.path].join('.')} is not as the format has it: ${schemaProblem(issue!)}`,
  );
}

/** The layers that a layer reads, from Keras' list of its calls: [[[name, call, output, arguments], ...]]. */
function sourcesOf(calls: readonly unknown[] | undefined, called: string, path: string): string[] {
  if (calls === undefined || calls.length === 0) return [];
  if (calls.length > 1)
    throw new GraftError('unsupported', {
      what: `layer '${called}' of ${path}`,
      reason: 'it is called more than once, which layers that share weights are',
    });
  const sources = parsed(z.array(endpoint).min(1).max(1000), calls[0], path, `inbound_nodes of '${called}'`);
  return sources.map(([source]) => source);
}

const bytesOf = ({ shape, dtype, quantization: packed }: Weight): number => {
  const kind = packed?.dtype ?? dtype;
  const each = kind === 'float32' || kind === 'int32' ? 4 : kind === 'uint8' || kind === 'bool' ? 1 : 2;
  return each * shape.reduce((a, b) => a * b, 1);
};

function readWeights(groups: z.output<typeof manifest>, path: string): Map<string, TfjsWeight> {
  const known = new Map<string, TfjsWeight>();
  let total = 0;
  for (const { weights } of groups)
    for (const entry of weights) {
      if (entry.dtype !== 'float32' && entry.dtype !== 'int32' && entry.dtype !== 'bool')
        throw badFile(FORMAT, path, `weight ${quote(entry.name)} has the type ${quote(entry.dtype)}`);
      total += entry.shape.reduce((a, b) => a * b, 1);
    }
  if (total > MOST_VALUES) throw badFile(FORMAT, path, `its weights have ${plural(total, 'value')}`);
  for (const { paths, weights } of groups) {
    const shards = paths.map((shard) => shardPath(path, shard));
    const sizes = shards.map((shard) => withFile(shard, FORMAT, (_, size) => size));
    const stored = sizes.reduce((a, b) => a + b, 0);
    const wanted = weights.reduce((n, entry) => n + bytesOf(entry), 0);
    if (stored !== wanted)
      throw badFile(
        FORMAT,
        path,
        `its weights take ${plural(wanted, 'byte')}, and ${paths.length === 1 ? quote(paths[0]!) : 'its shards'} have ${plural(stored, 'byte')}`,
      );
    const bytes = new Uint8Array(wanted);
    let at = 0;
    for (const shard of shards) {
      const part = readFileChecked(shard, FORMAT);
      if (at + part.length > wanted) throw badFile(FORMAT, shard, 'it grew while it was read');
      bytes.set(part, at);
      at += part.length;
    }
    let offset = 0;
    for (const entry of weights) {
      const length = bytesOf(entry);
      const key = entry.name.replace(/:\d+$/, '').split('/').slice(-2).join('/');
      if (known.has(key)) throw badFile(FORMAT, path, `two of its weights are called ${quote(key)}`);
      known.set(key, { shape: entry.shape, values: decoded(entry, bytes.slice(offset, offset + length)) });
      offset += length;
    }
  }
  return known;
}

/** Where a shard really lies, which must be in the folder of the model. */
function shardPath(path: string, shard: string): string {
  const folder = realpathSync(dirname(path));
  const named = join(dirname(path), shard);
  let file: string;
  try {
    file = realpathSync(join(folder, shard));
  } catch {
    throw new GraftError('file-not-found', {
      path: named,
      what: `shard with the weights of ${path}`,
      hint: 'Keep the shards beside model.json.',
    });
  }
  const inside = relative(folder, file);
  if (inside === '' || inside.split(/[/\\]/)[0] === '..' || isAbsolute(inside) || shard.includes('\0'))
    throw badFile(FORMAT, path, `its shard ${quote(shard)} lies outside of its folder`);
  return file;
}

function decoded({ dtype, quantization: packed }: Weight, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const { buffer } = bytes;
  if (packed === undefined)
    return dtype === 'float32'
      ? new Float32Array(buffer)
      : Float32Array.from(dtype === 'int32' ? new Int32Array(buffer) : bytes);
  if (packed.dtype === 'float16') return halfToFloat32(new Uint16Array(buffer));
  const { scale = 1, min = 0 } = packed;
  const whole = packed.dtype === 'uint8' ? bytes : new Uint16Array(buffer);
  return Float32Array.from(whole, (v) => v * scale + min);
}
