import { add, mul, neg, relu, softplus, sqrt, square, sub } from '../tensor/functions/elementwise.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { gradients } from '../tensor/gradient.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What the two players of a GAN minimise, from the discriminator's outputs [batch]. */
export interface GanObjective {
  /** Cost of the discriminator on real examples, and on generated ones. */
  real(output: Tensor): Tensor;
  generated(output: Tensor): Tensor;
  /** Cost of the generator. */
  generator(output: Tensor): Tensor;
  /**
   * The discriminator's cost on a real and a generated example together while it cannot tell them apart; undefined where
   * any value may be that.
   */
  readonly undecided?: number;
}

const halfSquare = (x: Tensor): Tensor => mul(square(x), 0.5);

export const ganObjectives = {
  /** -log D for the generator in place of log(1 - D) (Goodfellow et al. 2014, section 3); outputs are logits of D. */
  'non-saturating': {
    real: (d) => softplus(neg(d)),
    generated: (d) => softplus(d),
    generator: (d) => softplus(neg(d)),
    undecided: 2 * Math.log(2),
  },
  /** Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17. */
  hinge: {
    real: (d) => relu(sub(1, d)),
    generated: (d) => relu(add(d, 1)),
    generator: neg,
    undecided: 2,
  },
  /** Mao et al. 2017, equation 9: a = 0, b = c = 1. */
  'least-squares': {
    real: (d) => halfSquare(sub(d, 1)),
    generated: halfSquare,
    generator: (d) => halfSquare(sub(d, 1)),
    undecided: 0.25,
  },
  /** Arjovsky et al. 2017. */
  wasserstein: { real: neg, generated: (d) => d, generator: neg },
} satisfies Record<string, GanObjective>;

export type GanObjectiveName = keyof typeof ganObjectives;
export const ganObjectiveNames = Object.keys(ganObjectives) as [GanObjectiveName, ...GanObjectiveName[]];

/** Keeps the gradient of a norm finite where all components are 0. */
const EPSILON = 1e-16;

/** |gradient|^2 of each example's score by its values: [batch]. Scores must not depend on other examples. */
function squaredGradient(score: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const [gradient] = gradients(sum(score(x)), [x]);
  return sum(square(gradient!), [1, 2, 3]);
}

/**
 * (|gradient of the score by x| - 1)^2 of each example, x being points between real and generated ones
 * (Gulrajani et al. 2017, equation 3).
 */
export const gradientPenalty = (score: (x: Tensor) => Tensor, x: Tensor): Tensor =>
  square(sub(sqrt(add(squaredGradient(score, x), EPSILON)), 1));

/** |gradient of the score by x|^2 / 2 of each real example (Mescheder et al. 2018, equation 9, without gamma). */
export const r1Penalty = (score: (x: Tensor) => Tensor, x: Tensor): Tensor =>
  mul(squaredGradient(score, x), 0.5);
