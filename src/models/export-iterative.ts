import { constant, input } from '../tensor/build.ts';
import { reshape, slice } from '../tensor/functions/arrangement.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { BATCH, type Draft, plainContext } from './export-context.ts';
import { labelWords, scoreOf } from './export-score.ts';
import type { IterativeSampler, Model } from './model.ts';

/** Steps that are written one behind another at most: graphs of more take long to load. */
export const UNROLLED_STEPS = 100;

const words = {
  noise: 'fresh noise, standard normal',
  image: 'samples, values 0 to 1',
};

/** The programs of a model that is sampled in steps. */
export function iterativeDrafts(
  model: Model,
  sampler: IterativeSampler,
): { sampler?: Draft; step: Draft; scorer: Draft } {
  const scoring = plainContext(model);
  const score = scoreOf(model, scoring, 1);
  return {
    ...(sampler.steps.length > UNROLLED_STEPS ? {} : { sampler: unrolled(model, sampler) }),
    step: oneStep(model, sampler),
    scorer: {
      outputs: {
        ...score.outputs,
        ...(model.reconstruct === undefined ? {} : { reconstruction: model.reconstruct(scoring) }),
      },
      words: {
        noise: 'noise of each image at each of several times, standard normal',
        uniform: 'draws from 0 to 1 that choose the times, each in a part of its own',
        ...score.words,
        reconstruction: 'the images as the model gives them back',
      },
    },
  };
}

function oneStep(model: Model, sampler: IterativeSampler): Draft {
  const shape = [BATCH, ...sampler.shape];
  const context = plainContext(model);
  const next = sampler.step(context, {
    state: input('state', shape),
    numbers: input('numbers', [sampler.steps[0]!.length]),
    ...(sampler.noisy ? { noise: input('noise', shape) } : {}),
  });
  return {
    outputs: { next, image: sampler.finish(next, context) },
    words: {
      ...words,
      ...labelWords(model),
      state: 'standard normal before the first step, then what the step before gave as next',
      numbers: "the step's row of steps.json",
      next: 'the state of the next step',
    },
  };
}

function unrolled(model: Model, sampler: IterativeSampler): Draft {
  const context = plainContext(model);
  const { steps, noisy } = sampler;
  const shape = [BATCH, ...sampler.shape];
  const fresh = noisy ? input('noise', [steps.length, ...shape]) : undefined;
  const last = steps.reduce<Tensor>(
    (state, row, i) =>
      sampler.step(context, {
        state,
        numbers: constant(Float64Array.from(row), [row.length]),
        ...(fresh === undefined ? {} : { noise: reshape(slice(fresh, 0, i, i + 1), shape) }),
      }),
    input('z', shape),
  );
  return {
    outputs: { image: sampler.finish(last, context) },
    words: {
      ...words,
      ...labelWords(model),
      z: 'what samples start from, standard normal',
      noise: 'fresh noise of each step, standard normal',
    },
  };
}
