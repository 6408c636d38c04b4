import { arrangementLowering } from './arrangement.ts';
import { elementwiseLowering } from './elementwise.ts';
import { linearLowering } from './linear.ts';
import type { LowerRules } from './lower-rule.ts';
import { recurrentLowering } from './recurrent.ts';

/** How each operation is written in ONNX. */
export const lowerRules: LowerRules = {
  ...elementwiseLowering,
  ...linearLowering,
  ...recurrentLowering,
  ...arrangementLowering,
};
