import { arrangementLowering } from './arrangement.ts';
import { elementwiseLowering } from './elementwise.ts';
import { linearLowering } from './linear.ts';
import type { LowerRules } from './lower-rule.ts';

/** How each operation is written in ONNX. */
export const lowerRules: LowerRules = {
  ...elementwiseLowering,
  ...linearLowering,
  ...arrangementLowering,
};
