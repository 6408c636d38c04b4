import { z } from 'zod';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';

const options = z.strictObject({
  milestones: z.array(duration).default(['50%', '75%']).describe('times of the cuts, counted from the start'),
  gamma: z.number().positive().max(1).default(0.1).describe('factor of each cut'),
});

/** The rate is multiplied with gamma at each milestone; one that is listed twice counts twice. */
export const multistep: Schedule<typeof options> = {
  title: 'multi-step',
  citations: [],
  follows: ['torch.optim.lr_scheduler.MultiStepLR'],
  options,
  plan: ({ milestones, gamma }, horizon) => {
    const times = milestones.map((milestone) => inSteps(milestone, horizon));
    return fixed((step) => ({ rateFactor: gamma ** times.filter((time) => step >= time).length }));
  },
};
