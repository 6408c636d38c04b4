import { z } from 'zod';
import { loshchilov2017 } from './cosine.ts';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';

const options = z.strictObject({
  first: duration.default('25%').describe('length of the first fall'),
  multiply: z.number().min(1).default(1).describe('what each fall is longer than the one before by'),
  floor: z.number().min(0).max(1).default(0).describe('factor of the learning rate at the end of each fall'),
});

/** The rate falls along half a cosine wave, jumps back and falls again. */
export const warmRestarts: Schedule<typeof options> = {
  title: 'warm restarts',
  citations: [loshchilov2017],
  follows: ['equation 5', 'torch.optim.lr_scheduler.CosineAnnealingWarmRestarts'],
  options,
  plan: ({ first, multiply, floor }, horizon) => {
    const shortest = Math.max(1, inSteps(first, horizon));
    return fixed((step) => {
      let [start, length] = [0, shortest];
      if (multiply === 1) start = Math.floor(step / length) * length;
      else
        while (step >= start + length) {
          start += length;
          length *= multiply;
        }
      return { rateFactor: floor + ((1 - floor) * (1 + Math.cos((Math.PI * (step - start)) / length))) / 2 };
    });
  },
};
