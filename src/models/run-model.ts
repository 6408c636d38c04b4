import { evaluationBatches } from '../data/batches.ts';
import { compile } from '../engine/compile.ts';
import type { Device } from '../engine/device.ts';
import { throwIfInterrupted } from '../errors.ts';
import type { Stream } from '../random.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import { program } from '../tensor/program.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { createContext } from './context.ts';
import { batchFeeds, type ExampleTable } from './example-table.ts';
import type { Model, ModelContext, Weights } from './model.ts';
import { noiseFeeds } from './noise.ts';
import { weightFeeds } from './weights.ts';

export interface RunOptions {
  readonly batchSize: number;
  readonly threads: number;
  readonly device: Device;
  /** Ends the work between batches, with `interrupted`. */
  readonly signal?: AbortSignal;
}

/** Tokens of a batch in evaluation at most: activations of wide layers grow with it. */
const EVALUATION_TOKENS = 4096;

/** Examples of a batch whose costs are means over several times. */
const EVALUATION_IMAGES = 32;

/** Examples of a batch in evaluation: 256, and fewer where an example is a long sequence or seen several times. */
export function evaluationBatch(model: Pick<Model, 'sampler'>): number {
  const { sampler } = model;
  if (sampler.kind === 'latent' || sampler.kind === 'none') return 256;
  return sampler.kind === 'iterative'
    ? EVALUATION_IMAGES
    : Math.max(8, Math.min(256, Math.floor(EVALUATION_TOKENS / sampler.context)));
}

/** An output of a model for each example of a table. */
export interface PerExample {
  /** Shape for one example. */
  readonly shape: readonly number[];
  /** [count, ...shape] */
  readonly data: Float32Array;
}

/**
 * Evaluates a model's function [batch, ...] for every example of a table, in batches of which the last is padded.
 * Random inputs belong to the example, not to the batch: results are the same for every batch size but for rounding.
 */
export async function mapExamples(
  model: Model,
  weights: Weights,
  table: ExampleTable,
  build: (context: ModelContext) => Tensor,
  stream: Stream,
  options: RunOptions,
): Promise<PerExample> {
  const batches = evaluationBatches(table.count, options.batchSize);
  const size = batches[0]!.indices.length;
  const context = createContext(model, { batchSize: size });
  const value = build(context);
  const shape = value.shape.slice(1) as number[];
  const width = sizeOf(shape);
  const p = optimiseProgram(program({ value }));
  const executable = await compile(p, options);
  try {
    const batch = batchFeeds(model.fields, size);
    const noise = noiseFeeds(context.noises);
    const names = new Set(p.inputs.map(({ attributes }) => attributes.name));
    const feeds = { ...batch.feeds, ...noise.feeds, ...weightFeeds(weights) };
    const bound = executable.bind(
      Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name))),
    );
    const data = new Float32Array(table.count * width);
    for (let b = 0; b < batches.length; b++) {
      throwIfInterrupted(options.signal, 'evaluating a model');
      const { indices, valid } = batches[b]!;
      batch.fill(table, indices);
      noise.drawFor(stream, indices);
      await bound.run();
      data.set((bound.outputs.value as Float32Array).subarray(0, valid * width), b * size * width);
    }
    return { shape, data };
  } finally {
    await executable.dispose();
  }
}
