import { z } from 'zod';
import { improves, toleranceShape } from './improvement.ts';

/** Schema of a convergence rule. */
export const convergenceRule = z.strictObject({
  patience: z
    .int()
    .min(1)
    .default(5)
    .describe('looks at validation without improvement after which training ends'),
  ...toleranceShape(1e-3),
});

/** When training counts as converged: `patience` looks in a row without an improvement beyond the tolerance. */
export type ConvergenceRule = z.output<typeof convergenceRule>;

/** What a rule remembers of the looks at validation so far (JSON). */
export interface ConvergenceState {
  /** Looks so far. */
  readonly looks: number;
  /** The best finite value, by however little, and the look (from 0) that had it: what is kept. */
  readonly best: number | null;
  readonly bestLook: number | null;
  /** The value that the next improvement is measured against: the last that improved beyond the tolerance. */
  readonly reference: number | null;
  /** Looks since then. */
  readonly sinceImprovement: number;
}

/** Schema of a `ConvergenceState` that was read back. */
export const convergenceState = z.strictObject({
  looks: z.int().min(0),
  best: z.number().nullable(),
  bestLook: z.int().min(0).nullable(),
  reference: z.number().nullable(),
  sinceImprovement: z.int().min(0),
});

/** The state before the first look. */
export const unobserved: ConvergenceState = {
  looks: 0,
  best: null,
  bestLook: null,
  reference: null,
  sinceImprovement: 0,
};

/**
 * The state after a look. Small improvements add up: they are measured against the last value that improved beyond
 * the tolerance, not against the look before. A value that is not finite improves nothing.
 */
export function observeLook(
  rule: ConvergenceRule,
  state: ConvergenceState,
  validation: number,
): ConvergenceState {
  const isBest = improves(validation, state.best, { ...rule, tolerance: 0 });
  const improved = improves(validation, state.reference, rule);
  return {
    looks: state.looks + 1,
    best: isBest ? validation : state.best,
    bestLook: isBest ? state.looks : state.bestLook,
    reference: improved ? validation : state.reference,
    sinceImprovement: improved ? 0 : state.sinceImprovement + 1,
  };
}

/** Whether training has converged. While it has not, validation is said to be still improving. */
export function hasConverged(rule: ConvergenceRule, state: ConvergenceState): boolean {
  return state.sinceImprovement >= rule.patience;
}

/**
 * The updates after which validation was first within the tolerance of its best over all looks, or null when it was
 * still improving at the last one (or there was none).
 */
export function stepsToConvergence(
  rule: ConvergenceRule,
  looks: readonly { readonly step: number; readonly validation: number }[],
): number | null {
  const end = looks.reduce((state, look) => observeLook(rule, state, look.validation), unobserved);
  if (!hasConverged(rule, end) || end.best === null) return null;
  const best = end.best;
  return looks.find((look) => Number.isFinite(look.validation) && !improves(best, look.validation, rule))!
    .step;
}
