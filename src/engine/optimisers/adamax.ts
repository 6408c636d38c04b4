import { z } from 'zod';
import { kingma2015 } from './adam.ts';
import { abs, add, div, kernel, max, mul, sub } from './kernel.ts';
import { averaged, option, regularisation, regularised, type UpdateRule, update } from './update-rule.ts';

const options = z.strictObject({
  beta1: option.decay(0.9).describe('weight of the past in the average gradient'),
  beta2: option.decay(0.999).describe('what the largest gradient shrinks by at each update'),
  epsilon: option.epsilon(1e-8),
  weightDecay: option.weightDecay(0),
});

/**
 * Adamax: m <- beta1 m + (1 - beta1) g, u <- max(beta2 u, |g| + epsilon), x <- x - rate m / ((1 - beta1^t) u).
 * Weight decay adds to the gradient.
 */
export const adamax: UpdateRule<typeof options> = {
  title: 'Adamax',
  citations: [kingma2015],
  follows: ['algorithm 2', 'torch.optim.Adamax'],
  options,
  create: ({ beta1, beta2, epsilon, weightDecay }) =>
    update({
      kernel: kernel(
        ['parameter', 'gradient', 'mean', 'largest'],
        ['rate', 'gradientScale', 'weightDecay', 'past1', 'new1', 'past2', 'epsilon'],
        (v, s) => {
          const gradient = regularised(v, s, weightDecay);
          const mean = averaged(s.past1, v.mean, s.new1, gradient);
          const largest = max(mul(s.past2, v.largest), add(abs(gradient), s.epsilon));
          return { mean, largest, parameter: sub(v.parameter, div(mul(s.rate, mean), largest)) };
        },
      ),
      scalars: (at) => {
        const past1 = at.momentum ?? beta1;
        return {
          ...regularisation(at),
          rate: at.rate / (1 - past1 ** at.update),
          past1,
          new1: 1 - past1,
          past2: beta2,
          epsilon,
        };
      },
      movesMomentum: true,
    }),
};
