import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { add, constant, div, kernel, max, mul, sqrt, sub } from './kernel.ts';
import {
  averaged,
  averagedSquare,
  option,
  regularisation,
  regularised,
  type UpdateRule,
  update,
} from './update-rule.ts';

const tieleman2012: Citation = {
  key: 'tieleman2012lecture',
  type: 'misc',
  authors: 'Tieleman, Tijmen and Hinton, Geoffrey',
  title: 'Lecture 6.5: RMSProp',
  venue: 'Coursera: Neural networks for machine learning',
  year: 2012,
};

const graves2013: Citation = {
  key: 'graves2013generating',
  type: 'misc',
  authors: 'Graves, Alex',
  title: 'Generating sequences with recurrent neural networks',
  venue: 'arXiv:1308.0850',
  year: 2013,
};

const options = z.strictObject({
  alpha: option.decay(0.99).describe('weight of the past in the average squared gradient'),
  epsilon: option.epsilon(1e-8),
  momentum: option.decay(0).describe('weight of the past updates'),
  centered: z.boolean().default(false).describe("divide by the gradient's standard deviation instead"),
  weightDecay: option.weightDecay(0),
});

/**
 * RMSprop: v <- alpha v + (1 - alpha) g^2, x <- x - rate g / (sqrt(v) + epsilon); centred, v minus the squared
 * average gradient takes the place of v; with momentum b <- momentum b + g / (sqrt(v) + epsilon),
 * x <- x - rate b. Weight decay adds to the gradient.
 *
 * Deviation from torch.optim.RMSprop: a centred variance that rounding made negative counts as 0 instead of
 * turning the parameter into NaN.
 */
export const rmsprop: UpdateRule<typeof options> = {
  title: 'RMSprop',
  citations: [tieleman2012],
  optionCitations: { centered: [graves2013] },
  follows: ['lecture 6.5', 'centred: Graves (2013), equations 38 to 45', 'torch.optim.RMSprop'],
  options,
  create: ({ alpha, epsilon, momentum, centered, weightDecay }) =>
    update({
      kernel: kernel(
        [
          'parameter',
          'gradient',
          'square',
          ...(centered ? (['mean'] as const) : []),
          ...(momentum > 0 ? (['velocity'] as const) : []),
        ],
        ['rate', 'gradientScale', 'weightDecay', 'past', 'new', 'epsilon', 'momentum'],
        (v, s) => {
          const gradient = regularised(v, s, weightDecay);
          const square = averagedSquare(s.past, v.square, s.new, gradient);
          const mean = centered ? averaged(s.past, v.mean, s.new, gradient) : undefined;
          const variance = mean ? max(sub(square, mul(mean, mean)), constant(0)) : square;
          const step = div(gradient, add(sqrt(variance), s.epsilon));
          const velocity = momentum > 0 ? averaged(s.momentum, v.velocity, constant(1), step) : undefined;
          return {
            square,
            ...(mean ? { mean } : {}),
            ...(velocity ? { velocity } : {}),
            parameter: sub(v.parameter, mul(s.rate, velocity ?? step)),
          };
        },
      ),
      scalars: (at) => ({
        ...regularisation(at),
        rate: at.rate,
        past: alpha,
        new: 1 - alpha,
        epsilon,
        momentum: at.momentum ?? momentum,
      }),
      movesMomentum: momentum > 0,
    }),
};
