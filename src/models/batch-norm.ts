import { embedding, reshape } from '../tensor/functions/arrangement.ts';
import { add, mul } from '../tensor/functions/elementwise.ts';
import { batchNormEvaluation, batchNormTraining } from '../tensor/functions/normalisation.ts';
import { one, type ParameterSpec, zero } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ModelContext, StateSpec } from './model.ts';

/** Share of the old value that running means and variances keep in an update. */
const MEMORY = 0.99;

/** Scale and shift of each channel; with `classes` those of each class. */
export function batchNormParameters(layer: string, channels: number, classes?: number): ParameterSpec[] {
  const shape = classes === undefined ? [channels] : [classes, channels];
  const rows = classes === undefined ? {} : { rows: 'classes' as const };
  return [
    { name: `${layer}/scale`, shape, layer, decay: false, initial: one, ...rows },
    { name: `${layer}/shift`, shape, layer, decay: false, initial: zero, ...rows },
  ];
}

export function batchNormState(layer: string, channels: number): StateSpec[] {
  return [
    { name: `${layer}/mean`, shape: [channels], layer, initial: 0 },
    { name: `${layer}/variance`, shape: [channels], layer, initial: 1 },
  ];
}

/**
 * Batch normalisation of y [batch, channels, height, width] (Ioffe and Szegedy 2015), by the batch's own statistics
 * where the layer is in training, else by the running ones. New running statistics are written to `updates`, where
 * given. With `label` [batch] scale and shift are those of each example's class (de Vries et al. 2017).
 */
export function batchNorm(
  context: ModelContext,
  layer: string,
  y: Tensor,
  updates?: Record<string, Tensor>,
  label?: Tensor,
): Tensor {
  const scale = context.parameter(`${layer}/scale`);
  const shift = context.parameter(`${layer}/shift`);
  const own = label === undefined ? ([scale, shift] as const) : ([undefined, undefined] as const);
  const unit = normalised(context, layer, y, updates, own);
  if (label === undefined) return unit;
  const ofClass = (table: Tensor): Tensor =>
    reshape(embedding(table, label), [y.shape[0]!, y.shape[1]!, 1, 1]);
  return add(mul(unit, ofClass(scale)), ofClass(shift));
}

function normalised(
  context: ModelContext,
  layer: string,
  y: Tensor,
  updates: Record<string, Tensor> | undefined,
  [scale, shift]: readonly [Tensor | undefined, Tensor | undefined],
): Tensor {
  const running = { mean: `${layer}/mean`, variance: `${layer}/variance` };
  const [mean, variance] = [context.state(running.mean), context.state(running.variance)];
  if (!context.training(layer)) return batchNormEvaluation(y, { mean, variance }, scale, shift);
  const batch = batchNormTraining(y, scale, shift);
  if (updates !== undefined) {
    const blend = (old: Tensor, fresh: Tensor) => add(mul(old, MEMORY), mul(fresh, 1 - MEMORY));
    updates[running.mean] = blend(mean, batch.mean);
    updates[running.variance] = blend(variance, batch.variance);
  }
  return batch.output;
}
