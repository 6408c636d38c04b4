import { apply, constant } from '../build.ts';
import type { Tensor } from '../tensor.ts';
import { gatherElements, reshape, unsqueeze } from './arrangement.ts';
import { add, cast, div, equal, mul, neg, not, softplus, sub, where } from './elementwise.ts';
import { logsumexp, mean, sum } from './reduction.ts';

/** exp(x) / sum(exp(x)) over the last axis. */
export const softmax = (x: Tensor): Tensor => apply('softmax', [x], {});

/** x - logsumexp(x) over the last axis. */
export const logSoftmax = (x: Tensor): Tensor => sub(x, logsumexp(x, -1, true));

export interface CrossEntropyOptions {
  /** Labels of this value cost nothing and do not count. */
  ignoreIndex?: number;
  /** Share of the target that is spread evenly over all classes (Szegedy et al. 2016). */
  labelSmoothing?: number;
}

/**
 * Cross-entropy of logits [..., classes] with int32 labels [...], in nats for each label: shape [...]. Ignored labels
 * cost 0.
 */
export function crossEntropyEach(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { ignoreIndex, labelSmoothing = 0 } = options;
  const kept =
    ignoreIndex === undefined ? undefined : not(equal(labels, constant(Int32Array.of(ignoreIndex), [])));
  const safe = kept === undefined ? labels : where(kept, labels, constant(Int32Array.of(0), []));
  const picked = reshape(gatherElements(logits, unsqueeze(safe, -1), -1), labels.shape);
  const total = logsumexp(logits, -1);
  let cost = sub(total, picked);
  if (labelSmoothing > 0)
    cost = add(mul(cost, 1 - labelSmoothing), mul(sub(total, mean(logits, -1)), labelSmoothing));
  return kept === undefined ? cost : where(kept, cost, 0);
}

/** Mean of `crossEntropyEach` over the labels that count. */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const cost = crossEntropyEach(logits, labels, options);
  if (options.ignoreIndex === undefined) return mean(cost);
  const kept = not(equal(labels, constant(Int32Array.of(options.ignoreIndex), [])));
  return div(sum(cost), sum(cast(kept, 'float32')));
}

/** Negative log-likelihood in nats of each target in {0, 1} (or of soft targets) under Bernoulli logits; no reduction. */
export const bernoulliCost = (logits: Tensor, targets: Tensor): Tensor =>
  sub(softplus(logits), mul(logits, targets));

/** Negative log-density in nats of each x under a normal with the given mean and log-variance; no reduction. */
export function gaussianCost(x: Tensor, centre: Tensor, logVariance: Tensor | number): Tensor {
  const difference = sub(x, centre);
  const precision =
    typeof logVariance === 'number' ? Math.exp(-logVariance) : apply('exp', [neg(logVariance)], {});
  const quadratic = mul(mul(difference, difference), precision);
  return mul(add(add(quadratic, logVariance), Math.log(2 * Math.PI)), 0.5);
}

/** KL divergence in nats of N(mean, exp(logVariance)) from N(0, 1) for each element; no reduction. */
export function standardNormalDivergence(centre: Tensor, logVariance: Tensor): Tensor {
  const variance = apply('exp', [logVariance], {});
  return mul(sub(add(mul(centre, centre), variance), add(logVariance, 1)), 0.5);
}
