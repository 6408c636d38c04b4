import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { add, div, kernel, mul, sqrt, sub } from './kernel.ts';
import { option, regularisation, regularised, type UpdateRule, update } from './update-rule.ts';

const duchi2011: Citation = {
  key: 'duchi2011adaptive',
  type: 'article',
  authors: 'Duchi, John and Hazan, Elad and Singer, Yoram',
  title: 'Adaptive subgradient methods for online learning and stochastic optimization',
  venue: 'Journal of Machine Learning Research',
  year: 2011,
};

const options = z.strictObject({
  rateDecay: z.number().min(0).default(0).describe('the rate is divided by 1 + rateDecay times past updates'),
  epsilon: option.epsilon(1e-10),
  weightDecay: option.weightDecay(0),
});

/** Adagrad: v <- v + g^2, x <- x - rate g / (sqrt(v) + epsilon). Weight decay adds to the gradient. */
export const adagrad: UpdateRule<typeof options> = {
  title: 'Adagrad',
  citations: [duchi2011],
  follows: ['torch.optim.Adagrad'],
  options,
  create: ({ rateDecay, epsilon, weightDecay }) =>
    update({
      kernel: kernel(
        ['parameter', 'gradient', 'square'],
        ['rate', 'gradientScale', 'weightDecay', 'epsilon'],
        (v, s) => {
          const gradient = regularised(v, s, weightDecay);
          const square = add(v.square, mul(gradient, gradient));
          const step = div(mul(s.rate, gradient), add(sqrt(square), s.epsilon));
          return { square, parameter: sub(v.parameter, step) };
        },
      ),
      scalars: (at) => ({
        ...regularisation(at),
        rate: at.rate / (1 + (at.update - 1) * rateDecay),
        epsilon,
      }),
      movesMomentum: false,
    }),
};
