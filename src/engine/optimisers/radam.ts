import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { add, div, kernel, mul, sqrt, sub } from './kernel.ts';
import {
  averaged,
  averagedSquare,
  option,
  regularisation,
  regularised,
  type UpdateRule,
  update,
} from './update-rule.ts';

const liu2020: Citation = {
  key: 'liu2020variance',
  type: 'inproceedings',
  authors:
    'Liu, Liyuan and Jiang, Haoming and He, Pengcheng and Chen, Weizhu and Liu, Xiaodong and Gao, Jianfeng and Han, Jiawei',
  title: 'On the variance of the adaptive learning rate and beyond',
  venue: 'International Conference on Learning Representations',
  year: 2020,
};

const options = z.strictObject({
  beta1: option.decay(0.9).describe('weight of the past in the average gradient'),
  beta2: option.decay(0.999).describe('weight of the past in the average squared gradient'),
  epsilon: option.epsilon(1e-8),
  weightDecay: option.weightDecay(0),
});

/**
 * RAdam: Adam whose adaptive step is rectified by the variance of 1 / sqrt(v), and left out in the first updates
 * while that variance does not exist (then x <- x - rate m / (1 - beta1^t)). Weight decay adds to the gradient.
 */
export const radam: UpdateRule<typeof options> = {
  title: 'RAdam',
  citations: [liu2020],
  follows: ['algorithm 2', 'torch.optim.RAdam'],
  options,
  create: ({ beta1, beta2, epsilon, weightDecay }) => {
    const longest = 2 / (1 - beta2) - 1;
    return update({
      kernel: kernel(
        ['parameter', 'gradient', 'mean', 'square'],
        [
          'gradientScale',
          'weightDecay',
          'past1',
          'new1',
          'past2',
          'new2',
          'rateAdaptive',
          'ratePlain',
          'epsilon',
        ],
        (v, s) => {
          const gradient = regularised(v, s, weightDecay);
          const mean = averaged(s.past1, v.mean, s.new1, gradient);
          const square = averagedSquare(s.past2, v.square, s.new2, gradient);
          const adaptive = div(mul(s.rateAdaptive, mean), add(sqrt(square), s.epsilon));
          return { mean, square, parameter: sub(v.parameter, add(adaptive, mul(s.ratePlain, mean))) };
        },
      ),
      scalars: (at) => {
        const past1 = at.momentum ?? beta1;
        const correction = 1 - beta2 ** at.update;
        const length = longest - (2 * at.update * beta2 ** at.update) / correction;
        const rate = at.rate / (1 - past1 ** at.update);
        const rectified = length > 5;
        const rectification = Math.sqrt(
          ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length),
        );
        return {
          ...regularisation(at),
          past1,
          new1: 1 - past1,
          past2: beta2,
          new2: 1 - beta2,
          rateAdaptive: rectified ? rate * rectification * Math.sqrt(correction) : 0,
          ratePlain: rectified ? 0 : rate,
          epsilon,
        };
      },
      movesMomentum: true,
    });
  },
};
