import { z } from 'zod';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';

const options = z.strictObject({
  gamma: z.number().positive().max(1).default(0.955).describe('factor of each cut'),
  every: duration.default('1%').describe('time between two cuts'),
});

/** The rate is multiplied with gamma in short intervals; by default a hundred times, to a hundredth in the end. */
export const exponential: Schedule<typeof options> = {
  title: 'exponential',
  citations: [],
  follows: ['torch.optim.lr_scheduler.ExponentialLR'],
  options,
  plan: ({ gamma, every }, horizon) => {
    const interval = Math.max(1, inSteps(every, horizon));
    return fixed((step) => ({ rateFactor: gamma ** Math.floor(step / interval) }));
  },
};
