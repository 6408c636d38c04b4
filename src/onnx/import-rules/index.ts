import { activationRules } from './activations.ts';
import { arithmetic } from './arithmetic.ts';
import { arrangementRules } from './arrangement.ts';
import { controlRules } from './control.ts';
import type { ImportRule } from './import-rule.ts';
import { indexingRules } from './indexing.ts';
import { linearRules } from './linear.ts';
import { lossRules } from './losses.ts';
import { normalisationRules } from './normalisation.ts';
import { poolingRules } from './pooling.ts';
import { recurrentRules } from './recurrent.ts';
import { reductionRules } from './reductions.ts';
import { resizeRules } from './resize.ts';
import { shapeRules } from './shapes.ts';

/** The rule of every operator of the ONNX standard that a program can be made of. */
export const importRules = {
  ...arithmetic,
  ...activationRules,
  ...arrangementRules,
  ...shapeRules,
  ...indexingRules,
  ...reductionRules,
  ...linearRules,
  ...poolingRules,
  ...normalisationRules,
  ...resizeRules,
  ...recurrentRules,
  ...lossRules,
  ...controlRules,
} satisfies Record<string, ImportRule>;

export type ImportedOperator = keyof typeof importRules;
