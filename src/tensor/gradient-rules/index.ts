import { arrangementGradients } from './arrangement.ts';
import { elementwiseGradients } from './elementwise.ts';
import type { GradientRules } from './gradient-rule.ts';
import { linearGradients } from './linear.ts';
import { recurrentGradients } from './recurrent.ts';

/** The gradient rule of every operation. */
export const gradientRules: GradientRules = {
  ...elementwiseGradients,
  ...linearGradients,
  ...recurrentGradients,
  ...arrangementGradients,
};
