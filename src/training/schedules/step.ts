import { z } from 'zod';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';

const options = z.strictObject({
  every: duration.default('30%').describe('time between two cuts'),
  gamma: z.number().positive().max(1).default(0.1).describe('factor of each cut'),
});

/** The rate is multiplied with gamma at regular intervals. */
export const step: Schedule<typeof options> = {
  title: 'step',
  citations: [],
  follows: ['torch.optim.lr_scheduler.StepLR'],
  options,
  plan: ({ every, gamma }, horizon) => {
    const interval = Math.max(1, inSteps(every, horizon));
    return fixed((at) => ({ rateFactor: gamma ** Math.floor(at / interval) }));
  },
};
