import { arrangementValues } from './arrangement.ts';
import type { EvaluateRules } from './array.ts';
import { elementwiseValues } from './elementwise.ts';
import { linearValues } from './linear.ts';
import { recurrentValues } from './recurrent.ts';

/** The float64 reference evaluation of every operation. */
export const evaluateRules: EvaluateRules = {
  ...elementwiseValues,
  ...linearValues,
  ...recurrentValues,
  ...arrangementValues,
};
