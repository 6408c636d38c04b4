import { compile } from '../engine/compile.ts';
import { throwIfInterrupted } from '../errors.ts';
import type { Stream } from '../random.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import { program } from '../tensor/program.ts';
import { sizeOf } from '../tensor/shape.ts';
import { createContext, inputNames } from './context.ts';
import type { DrawOptions, ImageSamples } from './draw-options.ts';
import type { IterativeSampler, Model, Weights } from './model.ts';
import { weightFeeds } from './weights.ts';

/** Fields of the program of one step. */
const fields = { state: 'state', numbers: 'numbers', noise: 'noise' } as const;

/**
 * Samples of an iterative sampler: sample i starts from the normal numbers of the stream's child i, and its step j draws
 * from that child's child j, so that results do not depend on the batch size. Its class is the i-th of the labels.
 */
export async function drawIterated(
  model: Model,
  sampler: IterativeSampler,
  weights: Weights,
  stream: Stream,
  options: DrawOptions,
): Promise<ImageSamples> {
  const size = Math.min(options.batchSize, options.count);
  const { steps, noisy } = sampler;
  const stateShape = [size, ...sampler.shape];
  const context = createContext(model, {
    batchSize: size,
    extraFields: {
      [fields.state]: { shape: stateShape, dtype: 'float32' },
      [fields.numbers]: { shape: [steps[0]!.length], dtype: 'float32' },
      ...(noisy ? { [fields.noise]: { shape: stateShape, dtype: 'float32' as const } } : {}),
    },
  });
  const next = sampler.step(context, {
    state: context.field(fields.state),
    numbers: context.field(fields.numbers),
    ...(noisy ? { noise: context.field(fields.noise) } : {}),
  });
  const value = sampler.finish(next, context);
  const p = optimiseProgram(program({ next, value }));
  const names = new Set(p.inputs.map(({ attributes }) => attributes.name));
  // The same weights serve many steps: the engine may arrange them once.
  const constants = Object.fromEntries(
    Object.entries(weightFeeds(weights)).filter(([name]) => names.has(name)),
  );
  const executable = await compile(p, { threads: options.threads, device: options.device, constants });
  try {
    const one = sizeOf(sampler.shape);
    const state = new Float32Array(size * one);
    const noise = new Float32Array(noisy ? size * one : 0);
    const numbers = new Float32Array(steps[0]!.length);
    const labels = new Int32Array(size);
    const classes = model.classes?.length ?? 1;
    const feeds = {
      [inputNames.field(fields.state)]: state,
      [inputNames.field(fields.numbers)]: numbers,
      [inputNames.field(fields.noise)]: noise,
      [inputNames.field('label')]: labels,
    };
    const bound = executable.bind(
      Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name))),
    );
    const shape = value.shape.slice(1) as number[];
    const width = sizeOf(shape);
    const data = new Float32Array(options.count * width);
    const batchMilliseconds: number[] = [];
    for (let start = 0; start < options.count; start += size) {
      const n = Math.min(size, options.count - start);
      const fill = (array: Float32Array, from: (example: Stream) => Stream) => {
        for (let i = 0; i < n; i++)
          from(stream.child(start + i)).normals(one, array.subarray(i * one, (i + 1) * one));
      };
      fill(state, (example) => example);
      for (let i = 0; i < n; i++) labels[i] = options.labels?.[start + i] ?? (start + i) % classes;
      const before = options.clock?.() ?? 0;
      for (const [j, row] of steps.entries()) {
        throwIfInterrupted(options.signal, 'sampling');
        numbers.set(row);
        if (noisy) fill(noise, (example) => example.child(j));
        await bound.run();
        state.set(bound.outputs.next as Float32Array);
      }
      batchMilliseconds.push((options.clock?.() ?? 0) - before);
      data.set((bound.outputs.value as Float32Array).subarray(0, n * width), start * width);
    }
    return { kind: 'images', shape, data, batchMilliseconds };
  } finally {
    await executable.dispose();
  }
}
