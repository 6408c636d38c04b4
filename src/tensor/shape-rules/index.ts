import { arrangementShapes } from './arrangement.ts';
import { elementwiseShapes } from './elementwise.ts';
import { linearShapes } from './linear.ts';
import { recurrentShapes } from './recurrent.ts';
import type { ShapeRules } from './shape-rule.ts';

/** The shape rule of every operation. */
export const shapeRules: ShapeRules = {
  ...elementwiseShapes,
  ...linearShapes,
  ...recurrentShapes,
  ...arrangementShapes,
};
