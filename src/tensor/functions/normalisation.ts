import { GraftError } from '../../errors.ts';
import { applyNode } from '../build.ts';
import type { Dimension } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { expand, reshape } from './arrangement.ts';
import { add, div, mul, neg, reciprocal, sqrt, square, stopGradient, sub } from './elementwise.ts';
import { countOf, mean } from './reduction.ts';

/** A vector [c] shaped to act on axis 1 of a tensor of the given rank. */
const onChannels = (vector: Tensor, rank: number): Tensor =>
  reshape(vector, [1, vector.shape[0]!, ...Array(rank - 2).fill(1)]);

function requireChannels(op: string, x: Tensor): void {
  if (x.shape.length < 2)
    throw new GraftError('shape-mismatch', {
      op,
      shapes: [x.shape],
      rule: 'the input needs batch and channel axes',
    });
}

/** (x - mean) / sqrt(variance + epsilon) scale + bias over the last axis (Ba et al. 2016). */
export function layerNorm(x: Tensor, scale: Tensor, bias?: Tensor, epsilon = 1e-5): Tensor {
  return applyNode('layer-norm', bias === undefined ? [x, scale] : [x, scale, bias], { epsilon }).outputs[0]!;
}

/** x / sqrt(mean(x^2) + epsilon) scale over the last axis (Zhang and Sennrich 2019). */
export function rmsNorm(x: Tensor, scale: Tensor, epsilon = 1e-5): Tensor {
  return mul(div(x, sqrt(add(mean(square(x), -1, true), epsilon))), scale);
}

function scaled(x: Tensor, scale: Tensor | undefined, bias: Tensor | undefined): Tensor {
  const rank = x.shape.length;
  const y = scale === undefined ? x : mul(x, onChannels(scale, rank));
  return bias === undefined ? y : add(y, onChannels(bias, rank));
}

export interface BatchNormTraining {
  readonly output: Tensor;
  /** [c] mean over batch and space. */
  readonly mean: Tensor;
  /** [c] variance over batch and space with Bessel's correction, for the running statistics. */
  readonly variance: Tensor;
}

/** Batch normalisation with the batch's own statistics (Ioffe and Szegedy 2015): x [n, c, ...]. */
export function batchNormTraining(
  x: Tensor,
  scale?: Tensor,
  bias?: Tensor,
  epsilon = 1e-5,
): BatchNormTraining {
  requireChannels('batchNormTraining', x);
  const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
  const centre = mean(x, axes, true);
  const deviation = sub(x, centre);
  const spread = mean(square(deviation), axes, true);
  const n = countOf(x.shape, axes);
  const channels: Dimension[] = [x.shape[1]!];
  return {
    output: scaled(div(deviation, sqrt(add(spread, epsilon))), scale, bias),
    mean: reshape(centre, channels),
    variance: mul(reshape(spread, channels), n / Math.max(1, n - 1)),
  };
}

/** Batch normalisation with fixed statistics [c]. */
export function batchNormEvaluation(
  x: Tensor,
  statistics: { mean: Tensor; variance: Tensor },
  scale?: Tensor,
  bias?: Tensor,
  epsilon = 1e-5,
): Tensor {
  requireChannels('batchNormEvaluation', x);
  const rank = x.shape.length;
  const factor = div(scale ?? 1, sqrt(add(statistics.variance, epsilon)));
  return scaled(sub(x, onChannels(statistics.mean, rank)), factor, bias);
}

/**
 * Normalisation over space and the channels of each of `groups` groups (Wu and He 2018): x [n, c, ...].
 *
 * Written as x a + b with a and b for each example and channel, from the means of x and x^2 over space, so that the
 * large tensor is passed over as rarely as can be and never reshaped. The variance is that about the mean, so that an
 * offset of x costs no accuracy: the mean of (x - k)^2 less (mean - k)^2, where k is the mean as a constant. This has
 * the variance's value and its derivatives of every order.
 */
export function groupNorm(x: Tensor, groups: number, scale?: Tensor, bias?: Tensor, epsilon = 1e-5): Tensor {
  requireChannels('groupNorm', x);
  const [n, c, ...space] = x.shape as [Dimension, number, ...Dimension[]];
  const size = c / groups;
  const axes = space.map((_, i) => i + 2);
  const overGroup = (t: Tensor) => mean(reshape(mean(t, axes), [n, groups, size]), 2, true);
  const onSpace = (t: Tensor) => reshape(t, [n, c, ...space.map(() => 1)]);
  const centre = overGroup(x);
  const fixed = stopGradient(centre);
  const deviation = sub(x, onSpace(expand(fixed, [n, groups, size])));
  const spread = sub(overGroup(square(deviation)), square(sub(centre, fixed)));
  const inverse = reciprocal(sqrt(add(spread, epsilon)));
  const grouped = (vector: Tensor) => reshape(vector, [1, groups, size]);
  const factor = scale === undefined ? expand(inverse, [n, groups, size]) : mul(inverse, grouped(scale));
  const shift = bias === undefined ? neg(mul(centre, factor)) : sub(grouped(bias), mul(centre, factor));
  return add(mul(x, onSpace(factor)), onSpace(shift));
}

/** Normalisation of each channel of each example over space (Ulyanov et al. 2016): x [n, c, ...]. */
export const instanceNorm = (x: Tensor, scale?: Tensor, bias?: Tensor, epsilon = 1e-5): Tensor =>
  groupNorm(x, x.shape[1] as number, scale, bias, epsilon);
