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

/** Features of training, held-out and generated examples: what copying is judged from. */
export const threeFeatureSets = {
  train: { kind: 'matrix', what: 'features of the training examples, one row each' },
  test: { kind: 'matrix', what: 'features of held-out examples, one row each', sameSizeAs: 'train' },
  generated: { kind: 'matrix', what: 'features of generated examples, one row each', sameSizeAs: 'train' },
} as const satisfies Readonly<Record<string, Need>>;
