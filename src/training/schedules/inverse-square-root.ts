import { z } from 'zod';
import { vaswani2017 } from '../../models/family-works.ts';
import { duration, inSteps } from './duration.ts';
import { fixed, type Schedule } from './schedule.ts';

const options = z.strictObject({
  rise: duration.default('10%').describe('length of the linear rise'),
});

/**
 * A linear rise to the full rate at update `rise`, then a fall with the inverse square root of the update's number.
 * Scaled so that the highest factor is 1.
 */
export const inverseSquareRoot: Schedule<typeof options> = {
  title: 'inverse square root',
  citations: [vaswani2017],
  follows: ['equation 3'],
  options,
  plan: ({ rise }, horizon) => {
    const length = Math.max(1, inSteps(rise, horizon));
    return fixed((step) => {
      const number = step + 1;
      return { rateFactor: Math.min(number / length, Math.sqrt(length / number)) };
    });
  },
};
