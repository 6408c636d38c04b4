import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';

export const loshchilov2017: Citation = {
  key: 'loshchilov2017sgdr',
  type: 'inproceedings',
  authors: 'Loshchilov, Ilya and Hutter, Frank',
  title: 'SGDR: stochastic gradient descent with warm restarts',
  venue: 'International Conference on Learning Representations',
  year: 2017,
};

const options = z.strictObject({
  floor: z.number().min(0).max(1).default(0).describe('factor of the learning rate in the end'),
  over: duration.default('100%').describe('length of the fall'),
  afterwards: z
    .enum(['hold', 'rise'])
    .default('hold')
    .describe('what follows: the floor, or the wave goes on'),
});

/** The rate falls along half a cosine wave. */
export const cosine: Schedule<typeof options> = {
  title: 'cosine',
  citations: [loshchilov2017],
  follows: [
    'equation 5 without restarts',
    "torch.optim.lr_scheduler.CosineAnnealingLR, which does as afterwards: 'rise'",
  ],
  options,
  plan: ({ floor, over, afterwards }, horizon) => {
    const end = inSteps(over, horizon);
    return fixed((step) => ({
      rateFactor:
        step < end || (afterwards === 'rise' && end > 0)
          ? floor + ((1 - floor) * (1 + Math.cos((Math.PI * step) / end))) / 2
          : floor,
    }));
  },
};
