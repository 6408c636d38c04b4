import { z } from 'zod';
import { improves, type Tolerance, toleranceShape } from '../improvement.ts';
import type { Schedule, ScheduleState } from './schedule.ts';

const options = z.strictObject({
  factor: z.number().positive().lt(1).default(0.1).describe('factor of each cut'),
  patience: z.int().min(0).default(10).describe('looks without improvement that are let pass'),
  cooldown: z.int().min(0).default(0).describe('looks after a cut that do not count'),
  floor: z.number().min(0).max(1).default(0).describe('factor below which the rate is not cut'),
  smallestCut: z.number().min(0).default(1e-8).describe('a cut by no more than this is left out'),
  ...toleranceShape(1e-4),
});

/**
 * The rate is cut when validation has not improved beyond a tolerance for more than `patience` looks.
 *
 * Deviations from the reference implementation: the relative tolerance is taken of the best value's magnitude, so
 * that it means the same for negative values; floor and smallest cut are factors of the learning rate.
 */
export const reduceOnPlateau: Schedule<typeof options> = {
  title: 'reduce on plateau',
  citations: [],
  follows: ['torch.optim.lr_scheduler.ReduceLROnPlateau'],
  options,
  plan: (given) => ({
    setting: (_, state) => ({ rateFactor: numberOf(state, 'rateFactor') }),
    start: { rateFactor: 1, best: null, badLooks: 0, cooldown: 0 },
    observe: (state, validation) => nextState(given, state, validation),
  }),
};

function nextState(
  given: z.output<typeof options> & Tolerance,
  state: ScheduleState,
  validation: number,
): ScheduleState {
  const improved = improves(validation, state.best ?? null, given);
  const best = improved ? validation : (state.best ?? null);
  const cooling = numberOf(state, 'cooldown') > 0;
  const badLooks = improved || cooling ? 0 : numberOf(state, 'badLooks') + 1;
  const cooldown = Math.max(0, numberOf(state, 'cooldown') - 1);
  const rateFactor = numberOf(state, 'rateFactor');
  if (badLooks <= given.patience) return { rateFactor, best, badLooks, cooldown };
  const cut = Math.max(rateFactor * given.factor, given.floor);
  return {
    rateFactor: rateFactor - cut > given.smallestCut ? cut : rateFactor,
    best,
    badLooks: 0,
    cooldown: given.cooldown,
  };
}

function numberOf(state: ScheduleState, name: string): number {
  return state[name] ?? 0;
}
