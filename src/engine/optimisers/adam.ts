import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { add, div, kernel, max, mul, sqrt, sub } from './kernel.ts';
import {
  averaged,
  averagedSquare,
  type Moment,
  option,
  regularisation,
  regularised,
  type Update,
  type UpdateRule,
  update,
} from './update-rule.ts';

export const kingma2015: Citation = {
  key: 'kingma2015adam',
  type: 'inproceedings',
  authors: 'Kingma, Diederik P. and Ba, Jimmy',
  title: 'Adam: a method for stochastic optimization',
  venue: 'International Conference on Learning Representations',
  year: 2015,
};

const reddi2018: Citation = {
  key: 'reddi2018convergence',
  type: 'inproceedings',
  authors: 'Reddi, Sashank J. and Kale, Satyen and Kumar, Sanjiv',
  title: 'On the convergence of Adam and beyond',
  venue: 'International Conference on Learning Representations',
  year: 2018,
};

const loshchilov2019: Citation = {
  key: 'loshchilov2019decoupled',
  type: 'inproceedings',
  authors: 'Loshchilov, Ilya and Hutter, Frank',
  title: 'Decoupled weight decay regularization',
  venue: 'International Conference on Learning Representations',
  year: 2019,
};

const shared = {
  beta1: option.decay(0.9).describe('weight of the past in the average gradient'),
  beta2: option.decay(0.999).describe('weight of the past in the average squared gradient'),
  epsilon: option.epsilon(1e-8),
  amsgrad: z.boolean().default(false).describe('divide by the largest average so far'),
};
const options = z.strictObject({ ...shared, weightDecay: option.weightDecay(0) });
const optionsW = z.strictObject({ ...shared, weightDecay: option.weightDecay(0.01) });

/**
 * Adam: m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, both divided by one minus their beta to the
 * power of the update's number, x <- x - rate m / (sqrt(v) + epsilon). Weight decay adds to the gradient.
 */
export const adam: UpdateRule<typeof options> = {
  title: 'Adam',
  citations: [kingma2015],
  optionCitations: { amsgrad: [reddi2018] },
  follows: ['algorithm 1', 'amsgrad: Reddi et al. (2018)', 'torch.optim.Adam'],
  options,
  create: (given) => createAdam(given, false),
};

/** AdamW: Adam whose weight decay acts on the parameters alone, x <- x - rate weightDecay x, not on m and v. */
export const adamw: UpdateRule<typeof optionsW> = {
  title: 'AdamW',
  citations: [kingma2015, loshchilov2019],
  optionCitations: { amsgrad: [reddi2018] },
  follows: ['Loshchilov and Hutter (2019), algorithm 2', 'torch.optim.AdamW'],
  options: optionsW,
  create: (given) => createAdam(given, true),
};

function createAdam(
  { beta1, beta2, epsilon, amsgrad, weightDecay }: z.output<typeof options>,
  decoupled: boolean,
): Update {
  // The corrections of m and v are moved into rate and epsilon, which leaves one square root and one division:
  // (rate / c1) m / (sqrt(v) / c2 + epsilon) = (rate c2 / c1) m / (sqrt(v) + epsilon c2).
  const scalars = (at: Moment) => {
    const past1 = at.momentum ?? beta1;
    const correction = Math.sqrt(1 - beta2 ** at.update);
    return {
      ...regularisation(at),
      ...(decoupled ? { weightDecay: at.rate * at.weightDecay } : {}),
      past1,
      new1: 1 - past1,
      past2: beta2,
      new2: 1 - beta2,
      rate: (at.rate * correction) / (1 - past1 ** at.update),
      epsilon: epsilon * correction,
    };
  };
  return update({
    kernel: kernel(
      ['parameter', 'gradient', 'mean', 'square', ...(amsgrad ? (['largest'] as const) : [])],
      ['gradientScale', 'weightDecay', 'past1', 'new1', 'past2', 'new2', 'rate', 'epsilon'],
      (v, s) => {
        const gradient = decoupled ? mul(v.gradient, s.gradientScale) : regularised(v, s, weightDecay);
        const mean = averaged(s.past1, v.mean, s.new1, gradient);
        const square = averagedSquare(s.past2, v.square, s.new2, gradient);
        const largest = amsgrad ? max(v.largest, square) : square;
        const step = div(mul(s.rate, mean), add(sqrt(largest), s.epsilon));
        const whole = decoupled && weightDecay > 0 ? add(mul(s.weightDecay, v.parameter), step) : step;
        return { mean, square, parameter: sub(v.parameter, whole), ...(amsgrad ? { largest } : {}) };
      },
    ),
    scalars,
    movesMomentum: true,
  });
}
