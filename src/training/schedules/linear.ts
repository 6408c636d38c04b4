import { z } from 'zod';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';

const options = z.strictObject({
  from: z.number().min(0).max(1).default(1).describe('factor of the learning rate at first'),
  to: z.number().min(0).max(1).default(0).describe('factor from the end on'),
  over: duration.default('100%').describe('time from the one to the other'),
});

/** A straight line from one rate to another, which then holds. */
export const linear: Schedule<typeof options> = {
  title: 'linear',
  citations: [],
  follows: ['torch.optim.lr_scheduler.LinearLR'],
  options,
  plan: ({ from, to, over }, horizon) => {
    const end = inSteps(over, horizon);
    return fixed((step) => ({ rateFactor: step < end ? from + (to - from) * (step / end) : to }));
  },
};
