import { z } from 'zod';
import { updateRules } from './index.ts';
import { resolveSpec, type SpecOf, specSchema } from './resolve-spec.ts';
import type { Update, UpdateRule } from './update-rule.ts';

const common = z.strictObject({
  clipNorm: z.number().positive().optional().describe("greatest Euclidean norm of the gradient's whole"),
});

/**
 * An optimiser as a person writes it: 'adam', or { name: 'adamw', weightDecay: 0.1, beta2: 0.99, clipNorm: 1 }.
 * The learning rate is not part of it.
 */
export type OptimiserSpec = SpecOf<typeof updateRules, typeof common>;

/** Schema of `OptimiserSpec`. */
export const optimiserSpec = specSchema(updateRules, common);

/** An update rule with the options of a spec, and what of the spec concerns every rule. */
export interface ResolvedOptimiser {
  readonly update: Update;
  readonly weightDecay: number;
  readonly clipNorm: number | undefined;
}

/** Fills in a spec's defaults. Errors: see `resolveSpec`. */
export function resolveOptimiser(spec: OptimiserSpec, where?: string): ResolvedOptimiser {
  const table: Readonly<Record<string, UpdateRule>> = updateRules;
  const resolved = resolveSpec('optimiser', table, common, spec, where);
  return {
    update: resolved.entry.create(resolved.options),
    weightDecay: resolved.options.weightDecay,
    clipNorm: resolved.common.clipNorm,
  };
}
