import { z } from 'zod';
import { GraftError } from '../../errors.ts';
import type { Horizon } from './schedule.ts';

const written = "a number of updates, '10%' of all updates, or '200 epochs'";
const pattern = /^(\d+(?:\.\d+)?) ?(%|epochs?|steps?)$/;

/** A span of training as a person writes it: a number of updates, '10%' of all updates, or '200 epochs'. */
export const duration = z
  .union([z.number().min(0, { error: written }), z.string().regex(pattern, { error: written })], {
    error: written,
  })
  .describe(written);

export type Duration = z.output<typeof duration>;

/**
 * A duration in updates, not rounded. Errors: `invalid-value` where it is in epochs and nobody said how many updates
 * an epoch has.
 */
export function inSteps(value: Duration, horizon: Horizon): number {
  if (typeof value === 'number') return value;
  const [, number, unit] = pattern.exec(value) ?? [];
  if (unit === '%') return (Number(number) / 100) * horizon.steps;
  if (unit?.startsWith('step')) return Number(number);
  if (unit?.startsWith('epoch') && horizon.stepsPerEpoch !== undefined)
    return Number(number) * horizon.stepsPerEpoch;
  throw new GraftError('invalid-value', {
    what: "a schedule's duration",
    received: value,
    allowed: horizon.stepsPerEpoch === undefined ? "updates or '10%' (there are no epochs here)" : written,
  });
}
