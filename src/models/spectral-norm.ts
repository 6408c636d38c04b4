import { reshape, transpose } from '../tensor/functions/arrangement.ts';
import { div, maximum, mul, sqrt, square, stopGradient } from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import { sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ModelContext, StateSpec } from './model.ts';

/** Least norm that a vector is divided by. */
const EPSILON = 1e-12;

/** x / max(|x|, epsilon) for a vector. */
const unit = (x: Tensor): Tensor => div(x, maximum(sqrt(sum(square(x))), EPSILON));

/** The state of a weight with `rows` outputs: an estimate of its first left singular vector. */
export const spectralState = (weight: string, layer: string, rows: number): StateSpec => ({
  name: `${weight}/left`,
  shape: [rows],
  layer,
  initial: 1 / Math.sqrt(rows),
});

/**
 * A weight [outputs, ...] over its largest singular value, that of the matrix [outputs, rest]
 * (Miyato et al. 2018, 'Spectral normalization for generative adversarial networks', algorithm 1).
 *
 * The value is estimated as in PyTorch's `spectral_norm`: from the stored left vector u, v = W' u / |W' u|; where
 * `updates` are given and the layer is in training one power iteration goes on to u = W v / |W v|, which is written to
 * `updates`; then sigma = u' W v, through which gradients flow but not through u and v. Deviations: u starts at equal
 * entries, and v, which follows from u, is no state, so that in evaluation it is that of the present weight.
 */
export function spectrallyNormalised(
  context: ModelContext,
  weight: string,
  layer: string,
  updates?: Record<string, Tensor>,
): Tensor {
  const whole = context.parameter(weight);
  const rows = whole.shape[0] as number;
  const matrix = reshape(whole, [rows, -1]);
  const fixed = stopGradient(matrix);
  const name = `${weight}/left`;
  const column = (v: Tensor): Tensor => reshape(v, [v.shape[0]!, 1]);
  let u = context.state(name);
  const v = unit(reshape(matmul(transpose(fixed), column(u)), [matrix.shape[1]!]));
  if (updates !== undefined && context.training(layer)) {
    u = unit(reshape(matmul(fixed, column(v)), [rows]));
    updates[name] = u;
  }
  const sigma = sum(mul(u, reshape(matmul(matrix, column(v)), [rows])));
  return div(whole, sigma);
}
