import { GraftError } from '../errors.ts';
import { evaluationBatch } from '../models/run-model.ts';
import type { Criterion } from './criterion.ts';
import { lossCriterion } from './evaluate-loss.ts';
import type { TrainOptions } from './train-options.ts';

/** What looks measure. Fails with `unsupported` where a model's loss says nothing and nothing else was given. */
export async function chooseCriterion(options: TrainOptions): Promise<Criterion> {
  const { model, criterion, validation, threads, device, signal } = options;
  if (criterion !== undefined) return criterion;
  if (model.criterion === 'samples')
    throw new GraftError('unsupported', {
      what: `training a ${model.family} by its validation loss`,
      reason: 'the losses of its players do not tell a better model from a worse one: give a criterion',
    });
  return lossCriterion(model, validation, {
    batchSize: evaluationBatch(model),
    threads,
    device,
    ...(signal === undefined ? {} : { signal }),
  });
}
