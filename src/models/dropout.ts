import { less, mul, where } from '../tensor/functions/elementwise.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ModelContext } from './model.ts';

/** What is dropped together, and where the batch lies. */
export interface DropoutOptions {
  /** Shape of the draws, which broadcast over x: an axis of 1 is dropped as a whole. */
  readonly shape?: Shape;
  /** The axis of the draws along which examples lie; default 0. */
  readonly batchAxis?: number;
}

/**
 * Sets a share `rate` of the elements to 0 and scales the rest by 1 / (1 - rate) (Srivastava et al. 2014). Does
 * nothing where the layer is in evaluation.
 */
export function dropout(
  context: ModelContext,
  layer: string,
  name: string,
  x: Tensor,
  rate: number,
  { shape = x.shape, batchAxis = 0 }: DropoutOptions = {},
): Tensor {
  if (rate === 0 || !context.training(layer)) return x;
  const kept = less(rate, context.noise(`dropout/${name}`, shape, { kind: 'uniform', batchAxis }));
  return where(kept, mul(x, 1 / (1 - rate)), 0);
}
