import { z } from 'zod';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';

const options = z.strictObject({
  factor: z.number().min(0).max(1).default(1).describe('factor of the learning rate at first'),
  over: duration.default('100%').describe('how long that factor holds; 1 afterwards'),
});

/** The same rate throughout, or at first a part of it. */
export const constant: Schedule<typeof options> = {
  title: 'constant',
  citations: [],
  follows: ['torch.optim.lr_scheduler.ConstantLR'],
  options,
  plan: ({ factor, over }, horizon) => {
    const end = inSteps(over, horizon);
    return fixed((step) => ({ rateFactor: step < end ? factor : 1 }));
  },
};
