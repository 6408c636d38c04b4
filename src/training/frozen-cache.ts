import { compile } from '../engine/compile.ts';
import type { Device } from '../engine/device.ts';
import { throwIfInterrupted } from '../errors.ts';
import { inputNames } from '../models/context.ts';
import { batchFeeds, type ExampleTable, type FieldData } from '../models/example-table.ts';
import type { Field, Model, Weights } from '../models/model.ts';
import { weightFeeds } from '../models/weights.ts';
import { countFlops } from '../tensor/flops.ts';
import { countParameters } from '../tensor/parameters.ts';
import { boundary, cut, type InputKind } from '../tensor/passes/cut.ts';
import { type Program, program } from '../tensor/program.ts';
import { sizeOf } from '../tensor/shape.ts';

/** The part of a training step that depends on frozen weights and examples alone, computed once for each example. */
export interface FrozenCache {
  /** The step without that part; it reads fields named `cached/<i>` instead. */
  readonly above: Program;
  readonly fields: readonly Field[];
  /** For every training example the activations at the boundary. */
  readonly table: ExampleTable;
  /** Operations saved in each step. */
  readonly flopsSaved: number;
}

/** The stored part, or why there is none; `flops`: the operations that were spent on storing it, or on the attempt. */
export type FrozenPart =
  | { readonly cache: FrozenCache; readonly flops: number }
  | { readonly reason: string; readonly flops: number };

export interface FrozenCacheOptions {
  /** Bytes that the stored activations may take. */
  readonly memoryLimit: number;
  readonly threads: number;
  readonly device: Device;
  readonly signal?: AbortSignal;
}

/**
 * Looks for work that each step would repeat: everything above the examples that only frozen weights touch. Where
 * there is some, its results are computed once, in batches of the training batch's size (so that each row is made by
 * the same kernels as in a step), and kept. Otherwise the reason is given.
 */
export async function cacheFrozenPart(
  step: Program,
  model: Model,
  frozen: (inputName: string) => boolean,
  weights: Weights,
  examples: ExampleTable,
  batchSize: number,
  options: FrozenCacheOptions,
): Promise<FrozenPart> {
  const fieldNames = new Set(model.fields.map(({ name }) => inputNames.field(name)));
  const kindOf = (name: string): InputKind =>
    fieldNames.has(name) ? 'example' : frozen(name) ? 'fixed' : 'other';
  // Truth values are cheap to compute again and have no type of their own to be stored in.
  const edge = boundary(step, kindOf, batchSize).filter(({ dtype }) => dtype !== 'bool');
  const below = program(Object.fromEntries(edge.map((tensor, i) => [`cached/${i}`, tensor])));
  const flopsSaved = edge.length === 0 ? 0 : countFlops(below);
  const usesWeights = below.inputs.some(({ attributes }) => frozen(attributes.name));
  if (!usesWeights) return { reason: nothingToStore(step, kindOf, frozen, batchSize), flops: 0 };
  const perExample = edge.map((tensor) => sizeOf(tensor.shape as number[]) / batchSize);
  const bytes = perExample.reduce((a, b) => a + b, 0) * 4 * examples.count;
  if (bytes > options.memoryLimit)
    return {
      reason: `the activations of ${examples.count} examples take ${megabytes(bytes)}, more than the limit of ${megabytes(options.memoryLimit)}: frozen layers are computed anew in each update`,
      flops: 0,
    };
  const { table, runs } = await computeRows(below, model, weights, examples, batchSize, perExample, options);
  const flops = runs * flopsSaved;
  if (table === undefined)
    return {
      reason:
        'nothing could be computed once and kept, for the frozen layers mix the examples of a batch, which is another one in each update',
      flops,
    };
  const parts = cut(
    step,
    Object.fromEntries(edge.map((tensor, i) => [inputNames.field(`cached/${i}`), tensor])),
  );
  const fields = edge.map(
    (tensor, i): Field => ({
      name: `cached/${i}`,
      shape: [perExample[i]!],
      dtype: tensor.dtype === 'int32' ? 'int32' : 'float32',
    }),
  );
  return { cache: { above: parts.above, fields, table, flopsSaved }, flops };
}

/** Why there is no frozen layer whose results could be computed once and kept. */
function nothingToStore(
  step: Program,
  kindOf: (inputName: string) => InputKind,
  frozen: (inputName: string) => boolean,
  batchSize: number,
): string {
  const start = 'nothing could be computed once and kept';
  if (!step.inputs.some(({ attributes }) => frozen(attributes.name)))
    return `${start}, for every layer is trained`;
  const isNoise = (name: string) => name.startsWith(inputNames.noise(''));
  const withNoise = boundary(step, (name) => (isNoise(name) ? 'example' : kindOf(name)), batchSize);
  const below = program(Object.fromEntries(withNoise.map((tensor, i) => [String(i), tensor])));
  return below.inputs.some(({ attributes }) => frozen(attributes.name))
    ? `${start}, for the frozen layers take random numbers (noise, codes), which are others in each update`
    : `${start}, for what the frozen layers take comes out of layers that are trained`;
}

/** Bytes of weights up to which frozen ones are constants of a program. */
const LARGEST_CONSTANTS = 256 * 2 ** 20;

/**
 * Whether frozen weights are constants of the programs that use them: the engine then lays them out for its fastest
 * kernels, in memory of its own. Those of large models stay where they are.
 */
export const keepsConstants = (model: Pick<Model, 'parameters'>): boolean =>
  4 * countParameters(model.parameters) <= LARGEST_CONSTANTS;

/** Runs the frozen part over all examples, in so many runs; without a table when a row depends on its neighbours. */
async function computeRows(
  below: Program,
  model: Model,
  weights: Weights,
  examples: ExampleTable,
  batchSize: number,
  perExample: readonly number[],
  { threads, device, signal }: FrozenCacheOptions,
): Promise<{ table: ExampleTable | undefined; runs: number }> {
  // As constants, like in the training step: the engine then takes the same kernels, which give the same bits.
  const feeds = weightFeeds(weights);
  const names = new Set(below.inputs.map(({ attributes }) => attributes.name));
  const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name)));
  const constants = keepsConstants(model) ? used : {};
  const executable = await compile(below, { threads, device, constants });
  const batch = batchFeeds(model.fields, batchSize);
  const bound = executable.bind(
    Object.fromEntries(
      Object.entries({ ...batch.feeds, ...used }).filter(
        ([name]) => names.has(name) && !Object.hasOwn(constants, name),
      ),
    ),
  );
  const outputs = perExample.map((_, i) => bound.outputs[`cached/${i}`] as FieldData);
  const stored = outputs.map((output, i) =>
    output instanceof Int32Array
      ? new Int32Array(examples.count * perExample[i]!)
      : new Float32Array(examples.count * perExample[i]!),
  );
  const rows = new Int32Array(batchSize);
  let runs = 0;
  const run = async () => {
    await bound.run();
    runs++;
  };
  try {
    for (let start = 0; start < examples.count; start += batchSize) {
      for (let i = 0; i < batchSize; i++) rows[i] = (start + i) % examples.count;
      throwIfInterrupted(signal, 'computing frozen layers');
      batch.fill(examples, rows);
      await run();
      if (start === 0 && !(await rowsAreIndependent())) return { table: undefined, runs };
      const n = Math.min(batchSize, examples.count - start);
      outputs.forEach((output, i) => {
        stored[i]!.set(output.subarray(0, n * perExample[i]!) as never, start * perExample[i]!);
      });
    }
  } finally {
    await executable.dispose();
  }
  const table = {
    count: examples.count,
    fields: Object.fromEntries(stored.map((data, i) => [`cached/${i}`, { shape: [perExample[i]!], data }])),
  };
  return { table, runs };

  /** The same examples in another order must give the same rows in that order. Leaves the outputs as they were. */
  async function rowsAreIndependent(): Promise<boolean> {
    const before = outputs.map((output) => output.slice());
    const rotated = rows.map((_, i) => rows[(i + 1) % batchSize]!);
    batch.fill(examples, rotated);
    await run();
    const same = outputs.every((output, k) =>
      output.every((value, j) => {
        const row = Math.floor(j / perExample[k]!);
        const from = ((row + 1) % batchSize) * perExample[k]! + (j % perExample[k]!);
        return Object.is(value, before[k]![from]);
      }),
    );
    outputs.forEach((output, k) => {
      output.set(before[k]! as never);
    });
    return same;
  }
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
