/** The inputs that metrics on features share. */
import type { Need } from './metric.ts';

/** Features of real examples, [n, d]. */
export const realFeatures = {
  kind: 'matrix',
  what: 'features of real examples, one row each',
} as const satisfies Need;

/** Features of generated examples, [m, d]. */
export const generatedFeatures = {
  kind: 'matrix',
  what: 'features of generated examples, one row each',
  sameSizeAs: 'real',
} as const satisfies Need;
