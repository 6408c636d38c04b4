import { createContext } from '../models/context.ts';
import type { AutoregressiveSampler, IterativeSampler, LatentSampler, Model } from '../models/model.ts';
import { tokenOutputs } from '../models/token-outputs.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { RunProgram } from './counted-work.ts';
import { onceFor } from './once-for.ts';
import { programWork } from './program-work.ts';

/** Operations of choosing a token for each of the vocabulary: exponentials, sums, a search. */
const CHOICE = 12;

/**
 * Work of `count` samples in batches: one run each of models with a latent vector, one for each step of those that go in
 * steps, one for each token of language models, whose texts are as long as their context.
 */
export function samplingWork(model: Model, count: number, batch: number): RunProgram[] {
  const { sampler } = model;
  const size = Math.min(batch, count);
  const batches = Math.ceil(count / size);
  switch (sampler.kind) {
    case 'none':
      return [];
    case 'latent':
      return [latentSampling(model, sampler, size, batches)];
    case 'iterative':
      return [iteratedSampling(model, sampler, size, batches)];
    case 'autoregressive':
      return [tokenSampling(model, sampler, size, batches)];
  }
}

function latentSampling(model: Model, sampler: LatentSampler, size: number, batches: number): RunProgram {
  const program = onceFor(model, `latent ${size}`, () => {
    const context = createContext(model, { batchSize: size });
    return programWork({ value: sampler.decode(context, context.noise('z', [size, sampler.latent])) });
  });
  return { program, runs: batches, beside: { draws: size * sampler.latent } };
}

function iteratedSampling(
  model: Model,
  { shape, steps, noisy, step, finish }: IterativeSampler,
  size: number,
  batches: number,
): RunProgram {
  const state = [size, ...shape];
  const program = onceFor(model, `iterated ${size}`, () => {
    const context = createContext(model, {
      batchSize: size,
      extraFields: {
        state: { shape: state, dtype: 'float32' },
        numbers: { shape: [steps[0]!.length], dtype: 'float32' },
        ...(noisy ? { noise: { shape: state, dtype: 'float32' as const } } : {}),
      },
    });
    const next = step(context, {
      state: context.field('state'),
      numbers: context.field('numbers'),
      ...(noisy ? { noise: context.field('noise') } : {}),
    });
    return programWork({ next, value: finish(next, context) });
  });
  const values = sizeOf(state);
  // The first state is drawn once for all steps.
  const draws = noisy ? values : values / steps.length;
  return { program, runs: batches * steps.length, beside: { draws, scalars: values } };
}

function tokenSampling(
  model: Model,
  sampler: AutoregressiveSampler,
  size: number,
  batches: number,
): RunProgram {
  const { context: length, carried, vocabulary } = sampler;
  const program = onceFor(model, `token ${size}`, () => programWork(tokenOutputs(model, sampler, size)));
  // What is carried is copied for the next token: all of it, or one place of it.
  const copied = carried.reduce(
    (sum, { shape, update }) => sum + sizeOf(shape) / (update === 'whole' ? 1 : length),
    0,
  );
  return { program, runs: batches * length, beside: { scalars: size * (copied + CHOICE * vocabulary) } };
}
