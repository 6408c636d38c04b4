import { z } from 'zod';

/** What counts as an improvement of a value over the best before. */
export interface Tolerance {
  readonly tolerance: number;
  /** The tolerance is a part of the best value's magnitude, or in the value's unit. */
  readonly toleranceKind: 'relative' | 'absolute';
  readonly direction: 'lower' | 'higher';
}

/** The options of a `Tolerance`, for schemas. */
export function toleranceShape(standard: number) {
  return {
    tolerance: z.number().min(0).default(standard).describe('an improvement by no more than this is none'),
    toleranceKind: z
      .enum(['relative', 'absolute'])
      .default('relative')
      .describe("whether the tolerance is a part of the best value or in the value's unit"),
    direction: z.enum(['lower', 'higher']).default('lower').describe('which values are better'),
  };
}

/**
 * Whether `value` is better than `best` by more than the tolerance. Any finite value is better than none (null), and
 * one that is not finite never is.
 */
export function improves(value: number, best: number | null, rule: Tolerance): boolean {
  if (!Number.isFinite(value)) return false;
  if (best === null) return true;
  const margin = rule.toleranceKind === 'relative' ? rule.tolerance * Math.abs(best) : rule.tolerance;
  return rule.direction === 'lower' ? value < best - margin : value > best + margin;
}
