import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { duration, inSteps } from './duration.ts';
import { momentumRange, movedMomentum } from './momentum-range.ts';
import { fixed, type Schedule } from './schedule.ts';

const smith2018: Citation = {
  key: 'smith2018super',
  type: 'misc',
  authors: 'Smith, Leslie N. and Topin, Nicholay',
  title: 'Super-convergence: very fast training of neural networks using large learning rates',
  venue: 'arXiv:1708.07120',
  year: 2018,
};

const options = z.strictObject({
  rise: duration.default('30%').describe('length of the rise to the full rate'),
  anneal: z.enum(['cosine', 'linear']).default('cosine').describe('form of rise and fall'),
  divide: z.number().min(1).default(25).describe('the first rate is the full rate divided by this'),
  divideFinal: z.number().min(1).default(1e4).describe('the last rate is the first rate divided by this'),
  threePhase: z.boolean().default(false).describe('fall as long as the rise, then go on to the last rate'),
  momentum: momentumRange
    .default({ low: 0.85, high: 0.95 })
    .describe('range of the momentum, which falls while the rate rises; false leaves it alone'),
});

/**
 * One rise to the full rate and one fall to nearly nothing, the momentum moving the other way.
 *
 * The update with index `rise` - 1 has the full rate and the last update the lowest, as in the reference
 * implementation.
 */
export const oneCycle: Schedule<typeof options> = {
  title: 'one cycle',
  citations: [smith2018],
  follows: ['torch.optim.lr_scheduler.OneCycleLR'],
  options,
  plan: ({ rise, anneal, divide, divideFinal, threePhase, momentum }, horizon) => {
    const first = 1 / divide;
    const top = inSteps(rise, horizon) - 1;
    const last = Math.max(horizon.steps - 1, top);
    /** Ends of the phases, with the rate and the position between high and low momentum there. */
    const points = [
      { step: 0, rate: first, share: 0 },
      { step: Math.max(0, top), rate: 1, share: 1 },
      ...(threePhase ? [{ step: Math.min(2 * top, last), rate: first, share: 0 }] : []),
      { step: last, rate: first / divideFinal, share: 0 },
    ];
    return fixed((step) => {
      const next = Math.max(
        1,
        points.findIndex((point) => step <= point.step),
      );
      const [from, to] = step > last ? [points.at(-1)!, points.at(-1)!] : [points[next - 1]!, points[next]!];
      const length = to.step - from.step;
      const straight = length > 0 ? (step - from.step) / length : 1;
      const way = anneal === 'linear' ? straight : (1 - Math.cos(Math.PI * straight)) / 2;
      return {
        rateFactor: from.rate + (to.rate - from.rate) * way,
        ...movedMomentum(momentum, from.share + (to.share - from.share) * way),
      };
    });
  },
};
