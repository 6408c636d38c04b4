import { z } from 'zod';
import { duration, inSteps } from './duration.ts';
import type { Horizon, Plan } from './schedule.ts';

/** A warm-up before any schedule: its length, or its length and the factor that it starts from. */
export const warmup = z
  .union([duration, z.strictObject({ over: duration, from: z.number().min(0).max(1).optional() })])
  .describe('linear rise of the rate before the schedule starts: its length, or { over, from }');

export type Warmup = z.output<typeof warmup>;

/**
 * The factor of a linear rise over `length` updates from `from` to 1. Without `from` it is (step + 1) / (length + 1),
 * so that already the first update moves.
 */
export function warmupFactor(step: number, length: number, from = 1 / (length + 1)): number {
  return step < length ? from + (1 - from) * (step / length) : 1;
}

/**
 * A warm-up followed by a schedule, whose clock starts when the warm-up ends and whose horizon is what is left. The
 * rise goes to the factor with which the schedule starts.
 */
export function warmedUp(spec: Warmup, horizon: Horizon, plan: (horizon: Horizon) => Plan): Plan {
  const { over, from } = typeof spec === 'object' ? spec : { over: spec };
  const length = inSteps(over, horizon);
  const rest = plan({ ...horizon, steps: Math.max(0, horizon.steps - length) });
  return {
    ...rest,
    setting: (step, state) => {
      if (step >= length) return rest.setting(step - length, state);
      const first = rest.setting(0, state);
      return { ...first, rateFactor: first.rateFactor * warmupFactor(step, length, from) };
    },
  };
}
