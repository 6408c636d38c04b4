import { z } from 'zod';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';

const options = z.strictObject({
  power: z.number().positive().default(1).describe('1 is a straight line'),
  floor: z.number().min(0).max(1).default(0).describe('factor of the learning rate in the end'),
  over: duration.default('100%').describe('length of the fall; the floor holds afterwards'),
});

/** The rate falls as (1 - t / T)^power. */
export const polynomial: Schedule<typeof options> = {
  title: 'polynomial',
  citations: [],
  follows: ['torch.optim.lr_scheduler.PolynomialLR, to which the floor is added'],
  options,
  plan: ({ power, floor, over }, horizon) => {
    const end = inSteps(over, horizon);
    return fixed((step) => ({
      rateFactor: step < end ? floor + (1 - floor) * (1 - step / end) ** power : floor,
    }));
  },
};
