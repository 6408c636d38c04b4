import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { duration, inSteps } from './duration.ts';
import { momentumRange, movedMomentum } from './momentum-range.ts';
import { fixed, type Schedule } from './schedule.ts';

const smith2017: Citation = {
  key: 'smith2017cyclical',
  type: 'inproceedings',
  authors: 'Smith, Leslie N.',
  title: 'Cyclical learning rates for training neural networks',
  venue: 'IEEE Winter Conference on Applications of Computer Vision',
  year: 2017,
};

const options = z.strictObject({
  low: z.number().min(0).max(1).default(0.1).describe('factor of the learning rate at the lowest points'),
  up: duration.default('5%').describe('length of each rise'),
  down: duration.optional().describe('length of each fall; that of the rise if absent'),
  heights: z
    .enum(['equal', 'halved', 'exponential'])
    .default('equal')
    .describe(
      "peaks all equal ('triangular'), each half of the last ('triangular2'), or gamma^update ('exp_range')",
    ),
  gamma: z.number().positive().max(1).default(0.999).describe('base of exponential heights'),
  momentum: momentumRange.default(false).describe('range of the momentum, which moves against the rate'),
});

/** The rate rises and falls in straight lines again and again. */
export const cyclical: Schedule<typeof options> = {
  title: 'cyclical',
  citations: [smith2017],
  follows: ['section 3', 'torch.optim.lr_scheduler.CyclicLR'],
  options,
  plan: ({ low, up, down, heights, gamma, momentum }, horizon) => {
    const rise = Math.max(1, inSteps(up, horizon));
    const fall = Math.max(1, inSteps(down ?? up, horizon));
    return fixed((step) => {
      const cycle = Math.floor(step / (rise + fall));
      const within = step - cycle * (rise + fall);
      const triangle = within <= rise ? within / rise : 1 - (within - rise) / fall;
      const height = { equal: 1, halved: 0.5 ** cycle, exponential: gamma ** step }[heights];
      const share = triangle * height;
      return { rateFactor: low + (1 - low) * share, ...movedMomentum(momentum, share) };
    });
  },
};
