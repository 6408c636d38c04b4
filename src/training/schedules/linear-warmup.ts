import { z } from 'zod';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';
import { warmupFactor } from './warmup.ts';

const options = z.strictObject({
  over: duration.default('10%').describe('length of the rise'),
  from: z.number().min(0).max(1).optional().describe('first factor; 1 / (over + 1) if absent'),
});

/** A linear rise to the full rate, which then holds. The same as `constant` with the option `warmup`. */
export const linearWarmup: Schedule<typeof options> = {
  title: 'linear warm-up',
  citations: [
    'Goyal et al. 2017, Accurate, large minibatch SGD: training ImageNet in 1 hour, section 2.2',
    'torch.optim.lr_scheduler.LinearLR',
  ],
  options,
  plan: ({ over, from }, horizon) => {
    const length = inSteps(over, horizon);
    return fixed((step) => ({ rateFactor: warmupFactor(step, length, from) }));
  },
};
