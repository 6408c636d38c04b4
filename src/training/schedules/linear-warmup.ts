import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';
import { warmupFactor } from './warmup.ts';

const goyal2017: Citation = {
  key: 'goyal2017accurate',
  type: 'misc',
  authors:
    'Goyal, Priya and Dollár, Piotr and Girshick, Ross and Noordhuis, Pieter and Wesolowski, Lukasz and Kyrola, Aapo and Tulloch, Andrew and Jia, Yangqing and He, Kaiming',
  title: 'Accurate, large minibatch SGD: training ImageNet in 1 hour',
  venue: 'arXiv:1706.02677',
  year: 2017,
};

const options = z.strictObject({
  over: duration.default('10%').describe('length of the rise'),
  from: z.number().min(0).max(1).optional().describe('first factor; 1 / (over + 1) if absent'),
});

/** A linear rise to the full rate, which then holds. The same as `constant` with the option `warmup`. */
export const linearWarmup: Schedule<typeof options> = {
  title: 'linear warm-up',
  citations: [goyal2017],
  follows: ['section 2.2', 'torch.optim.lr_scheduler.LinearLR'],
  options,
  plan: ({ over, from }, horizon) => {
    const length = inSteps(over, horizon);
    return fixed((step) => ({ rateFactor: warmupFactor(step, length, from) }));
  },
};
