import { less, mul, where } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ModelContext } from './model.ts';

/**
 * Sets a share `rate` of the elements to 0 and scales the rest by 1 / (1 - rate) (Srivastava et al. 2014). Does
 * nothing where the layer is in evaluation.
 */
export function dropout(context: ModelContext, layer: string, name: string, x: Tensor, rate: number): Tensor {
  if (rate === 0 || !context.training(layer)) return x;
  const kept = less(rate, context.noise(`dropout/${name}`, x.shape, { kind: 'uniform' }));
  return where(kept, mul(x, 1 / (1 - rate)), 0);
}
