import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseSpec } from '../../data/parse-spec.ts';
import { GraftError } from '../../errors.ts';
import { makeFolder, writeFileAtomic } from '../../formats/atomic-file.ts';
import { badFile } from '../../formats/bad-file.ts';
import { type NumericArray, toFloat32 } from '../../formats/numeric-array.ts';
import { readFileChecked } from '../../formats/read-file-checked.ts';
import { listSafetensorsFile, readSafetensorsFile, writeSafetensors } from '../../formats/safetensors.ts';
import type { Adapter, AdapterConfig } from '../adapter.ts';
import type { Model } from '../model.ts';
import type { FileTensor, HuggingFaceLayout } from './layout.ts';
import { pickled } from './weight-files.ts';

/** Files of an adapter's folder. */
export const adapterFiles = { config: 'adapter_config.json', weights: 'adapter_model.safetensors' } as const;

const prefix = 'base_model.model.';
const pattern = z.record(z.string(), z.number().positive()).nullish();

/** Ways to begin that leave the base weights as they are; the others of `peft` change them, and only it can do that again. */
const plainStarts = [true, false, 'gaussian', 'eva', 'orthogonal'];

/** What makes of an adapter, where it is set, something else than a product of two matrices that is added everywhere. */
const variants = [
  'use_dora',
  'lora_bias',
  'use_qalora',
  'use_bdlora',
  'kasa_config',
  'monteclora_config',
  'arrow_config',
  'alora_invocation_tokens',
  'target_parameters',
  'trainable_token_indices',
  'layer_replication',
  'modules_to_save',
];

const schema = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish(),
  r: z.int().min(1).max(65_536),
  lora_alpha: z.number(),
  lora_dropout: z.number().min(0).max(1).nullish(),
  bias: z.string().nullish(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: pattern,
  alpha_pattern: pattern,
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
});

type PeftConfig = z.output<typeof schema>;

const isSet = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).length > 0
    : value != null && value !== false;

/** Whether a folder holds an adapter of `peft` and no model. */
export const isAdapterFolder = (folder: string): boolean =>
  existsSync(join(folder, adapterFiles.config)) && !existsSync(join(folder, 'config.json'));

/**
 * The model that an adapter belongs to: the name that its configuration has, and the folder, which may lie in the
 * adapter's own, beside it, or where the program runs (`peft` writes the path that the model was loaded from).
 */
export function adapterBase(folder: string): { name: string | undefined; path: string | undefined } {
  const name = readAdapterConfig(folder).base_model_name_or_path;
  if (name == null || name === '') return { name: undefined, path: undefined };
  const places = [resolve(folder, name), resolve(folder, '..', name), resolve(name)];
  return { name, path: places.find((place) => existsSync(join(place, 'config.json'))) };
}

function readAdapterConfig(folder: string): PeftConfig {
  const path = join(folder, adapterFiles.config);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(readFileChecked(path, 'JSON')));
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError('bad-file', { path, format: 'JSON', problem: (cause as Error).message }, { cause });
  }
  const config = parseSpec(schema, value, path);
  const not = (key: string, reason: string): never => {
    throw new GraftError('unsupported', { what: `${key} in ${path}`, reason });
  };
  if (config.peft_type !== 'LORA') not(`peft_type '${config.peft_type}'`, 'only LoRA adapters are read');
  if (config.bias != null && config.bias !== 'none') not(`bias '${config.bias}'`, "only 'none' is read");
  for (const key of variants)
    if (isSet(config[key]))
      not(key, 'only plain LoRA adapters are read, without layers or biases beside them');
  const { init_lora_weights: start } = config;
  if (start != null && !plainStarts.includes(start))
    not(
      `init_lora_weights '${start}'`,
      'it changes the weights of the model itself; convert it with save_pretrained(..., path_initial_model_for_weight_conversion=...), or save the merged model',
    );
  for (const table of ['rank_pattern', 'alpha_pattern'] as const)
    for (const key of Object.keys(config[table] ?? {}))
      if (!/^[\w.]+$/.test(key)) not(`the key '${key}' of ${table}`, 'names are read, not patterns of them');
  return config;
}

/**
 * A LoRA adapter of `peft` for a model. Ranks and scales that differ from layer to layer become one: matrices are filled
 * up with zeros, the scale goes into the second one. Fails with `bad-data` where it is not an adapter of this model.
 */
export function readAdapter(folder: string, model: Model, layout: HuggingFaceLayout): Adapter {
  const config = readAdapterConfig(folder);
  const path = join(folder, adapterFiles.weights);
  if (!existsSync(path) && existsSync(join(folder, 'adapter_model.bin')))
    throw pickled(join(folder, 'adapter_model.bin'));
  const modules = findModules(path, model, layout);
  const { tensors } = readSafetensorsFile(path);
  const ranks = [...modules.values()].map(({ rank }) => rank);
  const rank = Math.max(...ranks);
  const values: Record<string, Float32Array> = {};
  const shapes = new Map(model.parameters.map(({ name, shape }) => [name, shape]));
  for (const [module, { tensor, down, up, rank: own }] of modules) {
    const scale = scaleOf(config, module, own);
    const inputs = shapes.get(tensor.parameters[0]!)![1]!;
    const a = new Float32Array(rank * inputs);
    a.set(toFloat32(tensors.get(down)!));
    const all = toFloat32(tensors.get(up)!);
    let row = 0;
    for (const parameter of tensor.parameters) {
      const outputs = shapes.get(parameter)![0]!;
      const b = new Float32Array(outputs * rank);
      for (let o = 0; o < outputs; o++, row++)
        for (let r = 0; r < own; r++) b[o * rank + r] = scale * all[row * own + r]!;
      const target = parameter.replace(/\/weight$/, '');
      values[`${target}/lora/a`] = a.slice();
      values[`${target}/lora/b`] = b;
    }
  }
  const targets = (model.linears ?? []).filter((name) => Object.hasOwn(values, `${name}/lora/a`));
  return { config: { rank, scale: 1, targets, dropout: config.lora_dropout ?? 0 }, values };
}

interface Module {
  readonly tensor: FileTensor;
  readonly down: string;
  readonly up: string;
  readonly rank: number;
}

/** The adapted modules of a file, checked against the model before anything is read. */
function findModules(path: string, model: Model, layout: HuggingFaceLayout): Map<string, Module> {
  const { entries } = listSafetensorsFile(path);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const shapes = new Map(model.parameters.map(({ name, shape }) => [name, shape]));
  const linears = new Set((model.linears ?? []).map((name) => `${name}/weight`));
  const tensors = layout.tensors(model).filter(({ parameters }) => parameters.every((p) => linears.has(p)));
  const found = new Map<string, Module>();
  for (const { name } of entries) {
    const match = /^(?:base_model\.model\.)?(.+)\.lora_([AB])\.weight$/.exec(name);
    const module = match?.[1];
    const tensor = tensors.find(
      (t) =>
        module !== undefined &&
        (t.name === `${module}.weight` || t.name === `${layout.prefix}${module}.weight`),
    );
    if (module === undefined || tensor === undefined)
      throw new GraftError('unknown-name', {
        kind: 'tensor of an adapter',
        received: name,
        allowed: tensors.slice(0, 4).map((t) => `${prefix}${t.name.replace(/weight$/, 'lora_A.weight')}`),
        where: path,
      });
    const down = name.replace(/lora_[AB]\.weight$/, 'lora_A.weight');
    const up = name.replace(/lora_[AB]\.weight$/, 'lora_B.weight');
    const [a, b] = [byName.get(down), byName.get(up)];
    const inputs = shapes.get(tensor.parameters[0]!)![1]!;
    const outputs = tensor.parameters.reduce((n, p) => n + shapes.get(p)![0]!, 0);
    const rank = a?.shape[0] ?? 0;
    if (
      a === undefined ||
      b === undefined ||
      a.shape.length !== 2 ||
      b.shape.length !== 2 ||
      rank < 1 ||
      a.shape[1] !== inputs ||
      b.shape[0] !== outputs ||
      b.shape[1] !== rank
    )
      throw new GraftError('bad-data', {
        what: `adapter of '${module}'`,
        problem: `has ${[a, b].map((t) => (t === undefined ? 'nothing' : `[${t.shape.join(', ')}]`)).join(' and ')} where [rank, ${inputs}] and [${outputs}, rank] are needed`,
        where: path,
        hint: 'It belongs to another model.',
      });
    for (const { dtype } of [a, b])
      if (!['float32', 'float64', 'float16', 'bfloat16'].includes(dtype))
        throw badFile('safetensors', path, `its values are ${dtype}, which weights are not`, {
          offset: `tensor '${name}'`,
        });
    found.set(module, { tensor, down, up, rank });
  }
  if (found.size === 0)
    throw new GraftError('bad-data', { what: 'adapter', problem: 'has no tensors', where: path });
  return found;
}

/** What the product of an adapter's matrices is multiplied with: alpha / r, or alpha / sqrt(r). */
function scaleOf(config: PeftConfig, module: string, rank: number): number {
  const of = (table: Readonly<Record<string, number>> | null | undefined): number | undefined => {
    const key = Object.keys(table ?? {}).find((name) => module === name || module.endsWith(`.${name}`));
    return key === undefined ? undefined : table![key];
  };
  const alpha = of(config.alpha_pattern) ?? config.lora_alpha;
  return alpha / (config.use_rslora ? Math.sqrt(rank) : rank);
}

/**
 * Writes an adapter as `peft` reads it. Layers that the file keeps in one matrix (queries, keys and values of GPT-2) get
 * one adapter whose rank is the sum of theirs.
 */
export function writeAdapter(
  folder: string,
  model: Model,
  { config, values }: Adapter,
  layout: HuggingFaceLayout,
  base: string,
): void {
  const targeted = new Set(config.targets.map((name) => `${name}/weight`));
  const shapes = new Map(model.parameters.map(({ name, shape }) => [name, shape]));
  const tensors = new Map<string, NumericArray>();
  const modules: string[] = [];
  const ranks: Record<string, number> = {};
  const alphas: Record<string, number> = {};
  let transposed = false;
  const { rank, scale } = config;
  for (const tensor of layout.tensors(model)) {
    const parts = tensor.parameters.filter((name) => targeted.has(name));
    if (parts.length === 0) continue;
    const module = tensor.name.replace(/\.weight$/, '');
    modules.push(module);
    transposed ||= tensor.transposed;
    const inputs = shapes.get(parts[0]!)![1]!;
    const outputs = tensor.parameters.reduce((n, p) => n + shapes.get(p)![0]!, 0);
    const whole = rank * parts.length;
    const a = new Float32Array(whole * inputs);
    const b = new Float32Array(outputs * whole);
    let row = 0;
    for (const parameter of tensor.parameters) {
      const rows = shapes.get(parameter)![0]!;
      const at = parts.indexOf(parameter);
      if (at >= 0) {
        const target = parameter.replace(/\/weight$/, '');
        a.set(values[`${target}/lora/a`]!, at * rank * inputs);
        const own = values[`${target}/lora/b`]!;
        for (let o = 0; o < rows; o++)
          b.set(own.subarray(o * rank, (o + 1) * rank), (row + o) * whole + at * rank);
      }
      row += rows;
    }
    if (parts.length > 1) {
      ranks[module] = whole;
      alphas[module] = scale * whole;
    }
    tensors.set(`${prefix}${module}.lora_A.weight`, { dtype: 'float32', shape: [whole, inputs], data: a });
    tensors.set(`${prefix}${module}.lora_B.weight`, { dtype: 'float32', shape: [outputs, whole], data: b });
  }
  makeFolder(folder);
  writeFileAtomic(join(folder, adapterFiles.weights), writeSafetensors(tensors, { format: 'pt' }));
  writeFileAtomic(
    join(folder, adapterFiles.config),
    `${JSON.stringify(peftConfig(config, base, { modules, ranks, alphas, transposed }), null, 2)}\n`,
  );
}

function peftConfig(
  { rank, scale, dropout }: AdapterConfig,
  base: string,
  found: {
    readonly modules: readonly string[];
    readonly ranks: Readonly<Record<string, number>>;
    readonly alphas: Readonly<Record<string, number>>;
    readonly transposed: boolean;
  },
): Record<string, unknown> {
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base,
    inference_mode: true,
    r: rank,
    lora_alpha: scale * rank,
    lora_dropout: dropout,
    target_modules: found.modules,
    fan_in_fan_out: found.transposed,
    bias: 'none',
    use_rslora: false,
    use_dora: false,
    init_lora_weights: true,
    modules_to_save: null,
    rank_pattern: found.ranks,
    alpha_pattern: found.alphas,
  };
}
