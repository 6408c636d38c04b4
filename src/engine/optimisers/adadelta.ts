import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { add, div, kernel, mul, sqrt, sub } from './kernel.ts';
import {
  averagedSquare,
  option,
  regularisation,
  regularised,
  type UpdateRule,
  update,
} from './update-rule.ts';

const zeiler2012: Citation = {
  key: 'zeiler2012adadelta',
  type: 'misc',
  authors: 'Zeiler, Matthew D.',
  title: 'ADADELTA: an adaptive learning rate method',
  venue: 'arXiv:1212.5701',
  year: 2012,
};

const options = z.strictObject({
  rho: option.decay(0.9).describe('weight of the past in both averages'),
  epsilon: option.epsilon(1e-6),
  weightDecay: option.weightDecay(0),
});

/**
 * Adadelta: v <- rho v + (1 - rho) g^2, d = g sqrt(u + epsilon) / sqrt(v + epsilon), u <- rho u + (1 - rho) d^2,
 * x <- x - rate d. Weight decay adds to the gradient. The paper's rate is 1.
 */
export const adadelta: UpdateRule<typeof options> = {
  title: 'Adadelta',
  citations: [zeiler2012],
  follows: ['algorithm 1', 'torch.optim.Adadelta'],
  options,
  create: ({ rho, epsilon, weightDecay }) =>
    update({
      kernel: kernel(
        ['parameter', 'gradient', 'square', 'change'],
        ['rate', 'gradientScale', 'weightDecay', 'past', 'new', 'epsilon'],
        (v, s) => {
          const gradient = regularised(v, s, weightDecay);
          const square = averagedSquare(s.past, v.square, s.new, gradient);
          const scale = div(sqrt(add(v.change, s.epsilon)), sqrt(add(square, s.epsilon)));
          const step = mul(scale, gradient);
          const change = averagedSquare(s.past, v.change, s.new, step);
          return { square, change, parameter: sub(v.parameter, mul(s.rate, step)) };
        },
      ),
      scalars: (at) => ({
        ...regularisation(at),
        rate: at.rate,
        past: rho,
        new: 1 - rho,
        epsilon,
      }),
      movesMomentum: false,
    }),
};
