import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { GraftError } from '../../errors.ts';
import { add, kernel, mul, sub } from './kernel.ts';
import { averaged, option, regularisation, regularised, type UpdateRule, update } from './update-rule.ts';

const sutskever2013: Citation = {
  key: 'sutskever2013importance',
  type: 'inproceedings',
  authors: 'Sutskever, Ilya and Martens, James and Dahl, George and Hinton, Geoffrey',
  title: 'On the importance of initialization and momentum in deep learning',
  venue: 'International Conference on Machine Learning',
  year: 2013,
};

const robbins1951: Citation = {
  key: 'robbins1951stochastic',
  type: 'article',
  authors: 'Robbins, Herbert and Monro, Sutton',
  title: 'A stochastic approximation method',
  venue: 'Annals of Mathematical Statistics',
  year: 1951,
};

const options = z.strictObject({
  momentum: option.decay(0).describe('weight of the past gradients'),
  dampening: z.number().min(0).max(1).default(0).describe('taken off the weight of the new gradient'),
  nesterov: z.boolean().default(false).describe("use Nesterov's look-ahead"),
  weightDecay: option.weightDecay(0),
});

/**
 * Stochastic gradient descent with momentum: b <- momentum b + (1 - dampening) g, x <- x - rate b, where the first
 * b is g itself; with Nesterov's look-ahead x <- x - rate (g + momentum b). Weight decay adds to the gradient.
 */
export const sgd: UpdateRule<typeof options> = {
  title: 'stochastic gradient descent',
  citations: [robbins1951],
  optionCitations: { momentum: [sutskever2013] },
  follows: ['torch.optim.SGD'],
  options,
  create: ({ momentum, dampening, nesterov, weightDecay }) => {
    checkMomentum(momentum, dampening, nesterov);
    return momentum === 0
      ? update({
          kernel: kernel(['parameter', 'gradient'], ['rate', 'gradientScale', 'weightDecay'], (v, s) => ({
            parameter: sub(v.parameter, mul(s.rate, regularised(v, s, weightDecay))),
          })),
          scalars: (at) => ({ ...regularisation(at), rate: at.rate }),
          movesMomentum: false,
        })
      : update({
          kernel: kernel(
            ['parameter', 'gradient', 'velocity'],
            ['rate', 'gradientScale', 'weightDecay', 'momentum', 'gain'],
            (v, s) => {
              const gradient = regularised(v, s, weightDecay);
              const velocity = averaged(s.momentum, v.velocity, s.gain, gradient);
              const direction = nesterov ? add(gradient, mul(s.momentum, velocity)) : velocity;
              return { velocity, parameter: sub(v.parameter, mul(s.rate, direction)) };
            },
          ),
          scalars: (at) => ({
            ...regularisation(at),
            rate: at.rate,
            momentum: at.momentum ?? momentum,
            gain: at.update === 1 ? 1 : 1 - dampening,
          }),
          movesMomentum: true,
        });
  },
};

/** Options that say how momentum works are without effect where there is none. */
function checkMomentum(momentum: number, dampening: number, nesterov: boolean): void {
  const given = nesterov ? 'nesterov' : dampening > 0 ? 'dampening' : undefined;
  if (momentum === 0 && given !== undefined)
    throw new GraftError('conflict', {
      first: `${given} of sgd`,
      second: 'momentum 0',
      reason: `${given} says how past gradients count; give momentum, such as 0.9`,
    });
  if (nesterov && dampening > 0)
    throw new GraftError('conflict', {
      first: 'nesterov of sgd',
      second: `dampening ${dampening}`,
      reason: 'the look-ahead is defined without dampening',
    });
}
