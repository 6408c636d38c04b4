import { compile } from '../engine/compile.ts';
import { throwIfInterrupted } from '../errors.ts';
import type { Stream } from '../random.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import { program } from '../tensor/program.ts';
import { sizeOf } from '../tensor/shape.ts';
import { chooseToken, type TokenChoice } from './choose-token.ts';
import { createContext, inputNames } from './context.ts';
import { drawIterated } from './draw-iterated.ts';
import type { DrawOptions, ImageSamples } from './draw-options.ts';
import type { ArraySampler, AutoregressiveSampler, LatentSampler, Model, Weights } from './model.ts';
import { tokenOutputs } from './token-outputs.ts';
import { weightFeeds } from './weights.ts';

/**
 * Samples of a model whose samples have a fixed shape. Sample i follows from the stream's child i, so that two models
 * get the same latent vectors (or the same noise to start from) for the same stream. Its class is the i-th of the
 * labels, which are a matter of the caller.
 */
export function drawImages(
  model: Model,
  sampler: ArraySampler,
  weights: Weights,
  stream: Stream,
  options: DrawOptions,
): Promise<ImageSamples> {
  return sampler.kind === 'latent'
    ? drawLatents(model, sampler, weights, stream, options)
    : drawIterated(model, sampler, weights, stream, options);
}

async function drawLatents(
  model: Model,
  sampler: LatentSampler,
  weights: Weights,
  stream: Stream,
  options: DrawOptions,
): Promise<ImageSamples> {
  const size = Math.min(options.batchSize, options.count);
  const context = createContext(model, { batchSize: size });
  const z = context.noise('z', [size, sampler.latent]);
  const value = sampler.decode(context, z);
  const shape = value.shape.slice(1) as number[];
  const width = sizeOf(shape);
  const p = optimiseProgram(program({ value }));
  const executable = await compile(p, options);
  try {
    const latents = new Float32Array(size * sampler.latent);
    const names = new Set(p.inputs.map(({ attributes }) => attributes.name));
    const weightInputs = Object.entries(weightFeeds(weights)).filter(([name]) => names.has(name));
    const labels = new Int32Array(size);
    const labelled = names.has(inputNames.field('label'));
    const classes = model.classes?.length ?? 1;
    const bound = executable.bind({
      ...Object.fromEntries(weightInputs),
      [inputNames.noise('z')]: latents,
      ...(labelled ? { [inputNames.field('label')]: labels } : {}),
    });
    const data = new Float32Array(options.count * width);
    const batchMilliseconds: number[] = [];
    for (let start = 0; start < options.count; start += size) {
      const n = Math.min(size, options.count - start);
      for (let i = 0; i < size; i++)
        stream
          .child(start + i)
          .normals(sampler.latent, latents.subarray(i * sampler.latent, (i + 1) * sampler.latent));
      for (let i = 0; i < n; i++) labels[i] = options.labels?.[start + i] ?? (start + i) % classes;
      throwIfInterrupted(options.signal, 'sampling');
      const before = options.clock?.() ?? 0;
      await bound.run();
      batchMilliseconds.push((options.clock?.() ?? 0) - before);
      data.set((bound.outputs.value as Float32Array).subarray(0, n * width), start * width);
    }
    return { kind: 'images', shape, data, batchMilliseconds };
  } finally {
    await executable.dispose();
  }
}

export interface TokenOptions extends DrawOptions, TokenChoice {
  /** First token of every sequence (a beginning mark), or a prompt for each. */
  readonly prompt: ArrayLike<number>;
  /** Ends a sequence; undefined: sequences fill the length. */
  readonly end?: number;
  /**
   * Tokens that the model reads at most, prompt included; at most its context. The last token drawn is not read, so a
   * sequence gets up to `length - prompt.length + 1` tokens.
   */
  readonly length: number;
}

export interface TokenSamples {
  readonly kind: 'tokens';
  /** Without prompt and end mark. */
  readonly sequences: readonly Int32Array[];
  readonly batchMilliseconds: readonly number[];
}

/**
 * Sequences of an autoregressive model, token by token from what it carries along. Token t of sequence i is chosen by the
 * t-th number of the stream's child i, so that results do not depend on the batch size.
 */
export async function drawTokens(
  model: Model,
  sampler: AutoregressiveSampler,
  weights: Weights,
  stream: Stream,
  options: TokenOptions,
): Promise<TokenSamples> {
  const size = Math.min(options.batchSize, options.count);
  const length = Math.min(options.length, sampler.context);
  const { carried } = sampler;
  const p = optimiseProgram(program(tokenOutputs(model, sampler, size)));
  const executable = await compile(p, options);
  try {
    const token = new Int32Array(size);
    const position = new Int32Array(1);
    const caches = carried.map((one) => ({ ...one, data: new Float32Array(size * sizeOf(one.shape)) }));
    const names = new Set(p.inputs.map(({ attributes }) => attributes.name));
    const feeds = {
      ...weightFeeds(weights),
      [inputNames.field('token')]: token,
      [inputNames.field('position')]: position,
      ...Object.fromEntries(caches.map(({ name, data }) => [inputNames.field(name), data])),
    };
    const bound = executable.bind(
      Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name))),
    );
    const sequences: Int32Array[] = [];
    const batchMilliseconds: number[] = [];
    for (let start = 0; start < options.count; start += size) {
      const n = Math.min(size, options.count - start);
      const before = options.clock?.() ?? 0;
      const rows = Array.from({ length: n }, () => [] as number[]);
      const open = rows.map(() => true);
      const draws = rows.map((_, i) => stream.child(start + i).uniforms(length) as Float64Array);
      for (const { data } of caches) data.fill(0);
      for (let t = 0; t < length && open.includes(true); t++) {
        const prompted = t < options.prompt.length;
        for (let i = 0; i < size; i++)
          token[i] = prompted ? options.prompt[t]! : (rows[Math.min(i, n - 1)]!.at(-1) ?? options.prompt[0]!);
        position[0] = t;
        throwIfInterrupted(options.signal, 'sampling');
        await bound.run();
        for (const { name, shape, update, data } of caches) {
          const fresh = bound.outputs[name] as Float32Array;
          if (update === 'whole') data.set(fresh);
          else insert(data, fresh, t, shape);
        }
        if (t + 1 < options.prompt.length) continue;
        const logits = bound.outputs.logits as Float32Array;
        for (let i = 0; i < n; i++) {
          if (!open[i]) continue;
          const row = logits.subarray(i * sampler.vocabulary, (i + 1) * sampler.vocabulary);
          const next = chooseToken(row, options, draws[i]![t]!);
          if (next === options.end) open[i] = false;
          else rows[i]!.push(next);
        }
      }
      batchMilliseconds.push((options.clock?.() ?? 0) - before);
      sequences.push(...rows.map((row) => Int32Array.from(row)));
    }
    return { kind: 'tokens', sequences, batchMilliseconds };
  } finally {
    await executable.dispose();
  }
}

/** Writes fresh [..., 1, width] into a cache [..., context, width] at a position. */
function insert(cache: Float32Array, fresh: Float32Array, position: number, shape: readonly number[]): void {
  const [context, width] = shape.slice(-2) as [number, number];
  for (let row = 0; row * width < fresh.length; row++)
    cache.set(fresh.subarray(row * width, (row + 1) * width), (row * context + position) * width);
}
