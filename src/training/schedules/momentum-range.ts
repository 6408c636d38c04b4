import { z } from 'zod';

/** The range in which a schedule moves the optimiser's momentum against the rate, or false to leave it alone. */
export const momentumRange = z.union([
  z.literal(false),
  z.strictObject({ low: z.number().min(0).lt(1), high: z.number().min(0).lt(1) }),
]);

/** The momentum `share` of the way from the range's high end to its low one, for a `Setting`; nothing for false. */
export function movedMomentum(range: z.output<typeof momentumRange>, share: number): { momentum?: number } {
  return range === false ? {} : { momentum: range.high - (range.high - range.low) * share };
}
