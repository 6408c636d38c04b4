import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { constant } from '../tensor/build.ts';
import { concat, expand, reshape, slice } from '../tensor/functions/arrangement.ts';
import { add, less, mul, sub, where } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { classesOf, classOptions } from './class-condition.ts';
import { repeated } from './diffusion-process.ts';
import type { ModelContext } from './model.ts';

/** Options of families whose sampling is guided by class. */
export const guidanceOptions = {
  ...classOptions,
  dropClass: z
    .number()
    .min(0)
    .lt(1)
    .default(0.1)
    .describe('by class: share of training examples whose class is withheld, so that guidance is possible'),
  guidance: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('by class: how far samples are pushed away from those without a class; 0: not at all'),
};

/** A network that predicts something of x [n, c, h, w] at a time [n], and for a class [n]. */
export type Predictor = (x: Tensor, time: Tensor, label?: Tensor) => Tensor;

/** What a configuration says of classes. */
export interface GuidanceConfig {
  readonly conditional: boolean;
  readonly classes?: readonly string[] | undefined;
  readonly dropClass: number;
  readonly guidance: number;
}

/** The classes of a configuration. Fails with `conflict` where guidance has none to go by. */
export function guidedClasses(config: GuidanceConfig): readonly string[] | undefined {
  const classes = classesOf(config);
  if (config.guidance > 0 && (classes === undefined || config.dropClass === 0))
    throw new GraftError('conflict', {
      first: `guidance ${config.guidance}`,
      second: classes === undefined ? 'a model without classes' : 'dropClass 0',
      reason:
        'guidance compares the predictions with and without a class, both of which must have been learnt',
    });
  return classes;
}

/**
 * The classes of `count` copies of a batch, copy by copy, as a network is trained on them: the class is withheld from a
 * share of the examples while training. Undefined for models without classes.
 */
export function trainingLabels(
  context: ModelContext,
  classes: number | undefined,
  { dropClass }: GuidanceConfig,
  count: number,
): Tensor | undefined {
  if (classes === undefined) return undefined;
  const labels = repeated(context.field('label'), count);
  if (!context.updating || dropClass === 0) return labels;
  const uniform = context.noise('class', [count, context.batchSize], { kind: 'uniform', batchAxis: 1 });
  return where(less(reshape(uniform, [-1]), dropClass), constant(Int32Array.of(classes), []), labels);
}

/**
 * Classifier-free guidance (Ho and Salimans 2021, eq. 6): (1 + w) times the prediction for the class of each example
 * less w times that for no class. Both are computed in one run of twice the batch.
 */
export function guidedPrediction(
  context: ModelContext,
  predict: Predictor,
  classes: number | undefined,
  { guidance }: GuidanceConfig,
  x: Tensor,
  time: Tensor,
): Tensor {
  if (classes === undefined) return predict(x, time);
  const label = context.field('label');
  if (guidance === 0) return predict(x, time, label);
  const [batch, ...shape] = x.shape;
  const none = expand(constant(Int32Array.of(classes), [1, 1]), [1, batch!]);
  const labels = reshape(concat([reshape(label, [1, batch!]), none], 0), [-1]);
  const both = predict(repeated(x, 2), repeated(time, 2), labels);
  const pair = reshape(both, [2, batch!, ...shape]);
  const part = (i: number) => reshape(slice(pair, 0, i, i + 1), x.shape);
  return add(part(0), mul(sub(part(0), part(1)), guidance));
}
