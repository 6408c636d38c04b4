import { z } from 'zod';

const decay = z.number().gt(0).lt(1);

/** A moving average of the weights: what a person writes. */
export const averageSpec = z
  .union([
    decay,
    z.strictObject({
      decay: decay.describe('weight of the past'),
      warmUp: z
        .boolean()
        .default(false)
        .describe('a smaller decay in the first updates, (1 + t) / (10 + t) at the t-th'),
    }),
  ])
  .describe('decay of a moving average of the weights, or { decay, warmUp }');

export type AverageSpec = z.output<typeof averageSpec>;

/** The options of a training run that an average is. */
export function averageOptions(spec: AverageSpec | undefined): {
  readonly averageDecay?: number;
  readonly averageWarmUp?: boolean;
} {
  if (spec === undefined) return {};
  if (typeof spec === 'number') return { averageDecay: spec };
  return { averageDecay: spec.decay, averageWarmUp: spec.warmUp };
}
