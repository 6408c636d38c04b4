import { compile } from '../engine/compile.ts';
import type { Device } from '../engine/device.ts';
import { throwIfInterrupted } from '../errors.ts';
import { inputNames } from '../models/context.ts';
import { batchFeeds, type ExampleTable, type FieldData } from '../models/example-table.ts';
import type { Model, Weights } from '../models/model.ts';
import { weightFeeds } from '../models/weights.ts';
import { countFlops } from '../tensor/flops.ts';
import { countParameters } from '../tensor/parameters.ts';
import {
  type BoundaryTensor,
  boundary,
  cut,
  fenced,
  hasFixedWork,
  type InputKind,
} from '../tensor/passes/cut.ts';
import { type Program, program } from '../tensor/program.ts';
import { sizeOf } from '../tensor/shape.ts';

/** The part of a training step that depends on frozen weights and examples alone, computed once for each example. */
export interface FrozenCache {
  /** The step without that part; it reads fields named `cached/<i>` instead. */
  readonly above: Program;
  /** Arrays for those fields. */
  readonly feeds: Readonly<Record<string, FieldData>>;
  /** Writes what belongs to the examples of a batch into them. */
  fill(rows: ArrayLike<number>): void;
  /** Examples that it was computed for. */
  readonly count: number;
  /** Operations saved in each step. */
  readonly flopsSaved: number;
}

/**
 * The stored part; or why there is none, with the step that computes everything and gives the same bits as with a stored
 * part. `flops`: the operations that were spent on storing it, or on the attempt.
 */
export type FrozenPart =
  | { readonly cache: FrozenCache; readonly flops: number }
  | { readonly step: Program; readonly reason: string; readonly flops: number };

export interface FrozenCacheOptions {
  /** Bytes that the stored activations may take; 0: none are stored. */
  readonly memoryLimit: number;
  readonly threads: number;
  readonly device: Device;
  readonly signal?: AbortSignal;
}

/** A tensor of a batch that is kept example by example: row-major [before, batch, rest]. */
class Kept {
  readonly before: number;
  readonly rest: number;
  private readonly batch: number;
  /** [count, before, rest] */
  private readonly stored: FieldData;

  constructor({ tensor, before }: BoundaryTensor, batch: number, count: number) {
    const size = sizeOf(tensor.shape as number[]);
    this.before = before;
    this.batch = batch;
    this.rest = size / (before * batch);
    const length = count * before * this.rest;
    this.stored = tensor.dtype === 'int32' ? new Int32Array(length) : new Float32Array(length);
  }

  /** Where in a batch's tensor part `part` of the example at `place` begins. */
  private at(part: number, place: number): number {
    return (part * this.batch + place) * this.rest;
  }

  /** Keeps what a batch's tensor has at `place` as that of an example. */
  store(from: FieldData, place: number, example: number): void {
    for (let part = 0; part < this.before; part++) {
      const start = this.at(part, place);
      const to = (example * this.before + part) * this.rest;
      this.stored.set(from.subarray(start, start + this.rest) as never, to);
    }
  }

  /** Writes what was kept of an example to `place` of a batch's tensor. */
  load(into: FieldData, place: number, example: number): void {
    for (let part = 0; part < this.before; part++) {
      const start = (example * this.before + part) * this.rest;
      into.set(this.stored.subarray(start, start + this.rest) as never, this.at(part, place));
    }
  }

  /** An empty tensor of a batch. */
  batchArray(): FieldData {
    const length = this.before * this.batch * this.rest;
    return this.stored instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
  }

  /** Whether every example has in `a` what the next one has in `b`, bit for bit. */
  isShifted(a: FieldData, b: FieldData): boolean {
    for (let part = 0; part < this.before; part++)
      for (let place = 0; place < this.batch; place++) {
        const [own, next] = [this.at(part, place), this.at(part, (place + 1) % this.batch)];
        for (let j = 0; j < this.rest; j++) if (!Object.is(a[own + j], b[next + j])) return false;
      }
    return true;
  }
}

const nameOf = (i: number): string => `cached/${i}`;

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
  const edge = boundary(step, kindOf, batchSize).filter(({ tensor }) => tensor.dtype !== 'bool');
  const below = program(Object.fromEntries(edge.map(({ tensor }, i) => [nameOf(i), tensor])));
  const flopsSaved = edge.length === 0 ? 0 : countFlops(below);
  const usesWeights = below.inputs.some(({ attributes }) => frozen(attributes.name));
  const off = options.memoryLimit === 0;
  if (!usesWeights)
    return { step, reason: off ? TURNED_OFF : nothingToStore(step, kindOf, frozen), flops: 0 };
  const anew = (reason: string, flops = 0): FrozenPart => ({
    step: fenced(
      step,
      edge.map(({ tensor }) => tensor),
    ),
    reason,
    flops,
  });
  if (off) return anew(TURNED_OFF);
  const values = edge.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape as number[]), 0) / batchSize;
  const bytes = values * 4 * examples.count;
  if (bytes > options.memoryLimit)
    return anew(
      `the activations of ${examples.count} examples take ${megabytes(bytes)}, more than the limit of ${megabytes(options.memoryLimit)}: frozen layers are computed anew in each update`,
    );
  const kept = edge.map((tensor) => new Kept(tensor, batchSize, examples.count));
  const { apart, runs } = await computeParts(below, model, weights, examples, batchSize, kept, options);
  const flops = runs * flopsSaved;
  if (!apart) return anew(MIXED, flops);
  const fields = edge.map(({ tensor }, i) => [inputNames.field(nameOf(i)), tensor] as const);
  const feeds = Object.fromEntries(fields.map(([name], i) => [name, kept[i]!.batchArray()]));
  const cache: FrozenCache = {
    above: cut(step, Object.fromEntries(fields)).above,
    feeds,
    fill: (rows) => {
      fields.forEach(([name], i) => {
        for (let place = 0; place < batchSize; place++) kept[i]!.load(feeds[name]!, place, rows[place]!);
      });
    },
    count: examples.count,
    flopsSaved,
  };
  return { cache, flops };
}

const TURNED_OFF = 'frozen layers were computed anew in each update, for keeping their results is turned off';
const NOTHING = 'nothing could be computed once and kept';
const MIXED = `${NOTHING}, for the frozen layers mix the examples of a batch, which is another one in each update`;

/** Why there is no frozen layer whose results could be computed once and kept. */
function nothingToStore(
  step: Program,
  kindOf: (inputName: string) => InputKind,
  frozen: (inputName: string) => boolean,
): string {
  if (!step.inputs.some(({ attributes }) => frozen(attributes.name)))
    return `${NOTHING}, for every layer is trained`;
  if (hasFixedWork(step, kindOf)) return MIXED;
  const isNoise = (name: string) => name.startsWith(inputNames.noise(''));
  return hasFixedWork(step, (name) => (isNoise(name) ? 'example' : kindOf(name)))
    ? `${NOTHING}, for the frozen layers take random numbers (noise, codes), which are others in each update`
    : `${NOTHING}, for what the frozen layers take comes out of layers that are trained`;
}

/** Bytes of weights up to which frozen ones are constants of a program. */
const LARGEST_CONSTANTS = 256 * 2 ** 20;

/**
 * Whether frozen weights are constants of the programs that use them: the engine then lays them out for its fastest
 * kernels, in memory of its own. Those of large models stay where they are.
 */
export const keepsConstants = (model: Pick<Model, 'parameters'>): boolean =>
  4 * countParameters(model.parameters) <= LARGEST_CONSTANTS;

/**
 * Runs the frozen part over all examples, in so many runs, and keeps what it gives. Whether each example's part is the
 * same bits at another place of the batch is up to the engine's kernels, and tried out on the first batch.
 */
async function computeParts(
  below: Program,
  model: Model,
  weights: Weights,
  examples: ExampleTable,
  batchSize: number,
  kept: readonly Kept[],
  { threads, device, signal }: FrozenCacheOptions,
): Promise<{ apart: boolean; runs: number }> {
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
  const outputs = kept.map((_, i) => bound.outputs[nameOf(i)] as FieldData);
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
      const n = Math.min(batchSize, examples.count - start);
      outputs.forEach((output, i) => {
        for (let place = 0; place < n; place++) kept[i]!.store(output, place, start + place);
      });
      if (start === 0 && !(await placesDoNotMatter())) return { apart: false, runs };
    }
  } finally {
    await executable.dispose();
  }
  return { apart: true, runs };

  /** The same examples, each one place earlier, must give the same parts there. */
  async function placesDoNotMatter(): Promise<boolean> {
    const before = outputs.map((output) => output.slice());
    batch.fill(
      examples,
      rows.map((_, i) => rows[(i + 1) % batchSize]!),
    );
    await run();
    return outputs.every((output, i) => kept[i]!.isShifted(output, before[i]!));
  }
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
