import { z } from 'zod';
import { resolveSpec, type SpecOf, specSchema } from '../../engine/optimisers/resolve-spec.ts';
import { GraftError } from '../../errors.ts';
import { schedules } from './index.ts';
import type { Horizon, Plan, Schedule } from './schedule.ts';
import { warmedUp, warmup } from './warmup.ts';

const common = z.strictObject({ warmup: warmup.optional() });

/**
 * A learning-rate schedule as a person writes it: 'cosine', or { name: 'cosine', floor: 0.1, warmup: '5%' }. Rates are
 * factors of the trial's learning rate, so that every schedule can be combined with every rate.
 */
export type ScheduleSpec = SpecOf<typeof schedules, typeof common>;

/** Schema of `ScheduleSpec`. */
export const scheduleSpec = specSchema(schedules, common);

/**
 * The plan of a spec for training of a given length. Errors: those of `resolveSpec`, and `invalid-value` for a horizon
 * that is no number of updates or a duration in epochs where there are none.
 */
export function createSchedule(spec: ScheduleSpec, horizon: Horizon, where?: string): Plan {
  for (const [what, value] of Object.entries(horizon))
    if (!(value >= 0 && Number.isFinite(value)))
      throw new GraftError('invalid-value', {
        what: `a schedule's ${what}`,
        received: value,
        allowed: 'a number of updates',
      });
  const table: Readonly<Record<string, Schedule>> = schedules;
  const { entry, options, common: shared } = resolveSpec('schedule', table, common, spec, where);
  const plan = (length: Horizon) => entry.plan(options, length);
  return shared.warmup === undefined ? plan(horizon) : warmedUp(shared.warmup, horizon, plan);
}
