import { z } from 'zod';
import { howard2018 } from '../howard-2018.ts';
import { fixed, type Schedule } from './schedule.ts';

const options = z.strictObject({
  cutFraction: z
    .number()
    .positive()
    .lt(1)
    .default(0.1)
    .describe('share of the updates in which the rate rises'),
  ratio: z.number().min(1).default(32).describe('how much smaller the lowest rate is than the full one'),
});

/**
 * A short rise to the full rate and a long fall, in straight lines.
 *
 * Deviation from the paper for lengths that `cutFraction` does not divide: there the cut, rounded down, would let the
 * fall go below the lowest rate and even below zero; here the rise takes at least one update and the fall ends at the
 * lowest rate.
 */
export const slantedTriangular: Schedule<typeof options> = {
  title: 'slanted triangular',
  citations: [howard2018],
  follows: ['equation 3'],
  options,
  plan: ({ cutFraction, ratio }, horizon) => {
    const cut = Math.max(1, Math.floor(horizon.steps * cutFraction));
    return fixed((step) => {
      const share = step < cut ? step / cut : 1 - (step - cut) / (cut * (1 / cutFraction - 1));
      return { rateFactor: (1 + Math.max(0, share) * (ratio - 1)) / ratio };
    });
  },
};
