import { createContext } from '../models/context.ts';
import type { Model } from '../models/model.ts';
import { evaluationBatch } from '../models/run-model.ts';
import { transpose } from '../tensor/functions/arrangement.ts';
import { sizeOf } from '../tensor/shape.ts';
import { type CountedWork, countedPrograms, type RunProgram } from './counted-work.ts';
import { LATENCY_RUNS } from './measure-cost.ts';
import { drawsOf, type LikelihoodOptions, likelihoodBatch } from './measure-likelihood.ts';
import { SAMPLED_TEXTS } from './measure-trial.ts';
import { onceFor } from './once-for.ts';
import { programWork } from './program-work.ts';
import { qualityWork } from './quality-work.ts';
import { samplingWork } from './sampling-work.ts';

/** What a trial measures, as far as its work follows from it. */
export interface PlannedMeasuring {
  readonly evaluation: Pick<LikelihoodOptions, 'importanceSamples' | 'times'>;
  /** Items of each set whose likelihood is measured. */
  readonly likelihoods: readonly number[];
  readonly samples: number;
  /** Training items. */
  readonly examples: number;
  /** Items of the target's test set, and of those of sets never trained on. */
  readonly test: number;
  readonly unseen: readonly number[];
  /** Names of the networks that judge samples. */
  readonly networks: readonly string[];
}

/** Work of measuring a trial. */
export function measuringWork(model: Model, planned: PlannedMeasuring): CountedWork {
  const { sampler, reconstruct } = model;
  const likelihoods = planned.likelihoods.flatMap((items) =>
    likelihoodWork(model, items, planned.evaluation),
  );
  if (sampler.kind === 'none') return countedPrograms(likelihoods);
  const latency = samplingWork(model, 1, 1).map((each) => ({
    ...each,
    runs: (LATENCY_RUNS + 1) * each.runs,
  }));
  if (sampler.kind === 'autoregressive')
    return countedPrograms([
      ...likelihoods,
      ...samplingWork(model, planned.samples, SAMPLED_TEXTS),
      ...latency,
    ]);
  const batch = evaluationBatch(model);
  const pixels = sizeOf(model.fields[0]!.shape);
  const { samples, examples, test, unseen, networks } = planned;
  return countedPrograms([
    ...likelihoods,
    ...samplingWork(model, samples, batch),
    // Each sample's nearest training image, and each training image's.
    { runs: 1, beside: { scalars: pixels * examples * (samples + examples) } },
    ...(reconstruct === undefined
      ? []
      : [
          {
            program: onceFor(model, `reconstruct ${Math.min(batch, test)}`, () =>
              programWork({ value: reconstruct(createContext(model, { batchSize: Math.min(batch, test) })) }),
            ),
            runs: Math.ceil(test / batch),
          },
        ]),
    ...qualityWork(model, networks, samples, [test, ...unseen]),
    ...latency,
  ]);
}

function likelihoodWork(
  model: Model,
  items: number,
  evaluation: PlannedMeasuring['evaluation'],
): RunProgram[] {
  const { likelihood } = model;
  if (likelihood === undefined || items === 0) return [];
  const draws = drawsOf(likelihood, evaluation);
  const whole = evaluationBatch(model);
  const batch = likelihood.tokenCosts === undefined ? likelihoodBatch(whole, draws) : whole;
  const size = Math.min(batch, items);
  const { program, noise } = onceFor(model, `likelihood ${size} ${draws}`, () => {
    const context = createContext(model, { batchSize: size });
    const value =
      likelihood.tokenCosts?.(context) ?? transpose(likelihood.logWeights(context, draws), [1, 0]);
    return {
      program: programWork({ value }),
      noise: context.noises.reduce((sum, { shape }) => sum + sizeOf(shape as number[]), 0),
    };
  });
  return [{ program, runs: Math.ceil(items / size), beside: { draws: noise } }];
}
