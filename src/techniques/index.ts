import { featureExtraction } from './feature-extraction.ts';
import { fineTune } from './fine-tune.ts';
import { fromScratch } from './from-scratch.ts';
import { gradualUnfreezing } from './gradual-unfreezing.ts';
import { lora } from './lora.ts';
import { sourceOnly } from './source-only.ts';
import type { Technique } from './technique.ts';

/** Every technique by the name that a study file uses. */
export const techniques = {
  'source-only': sourceOnly,
  'from-scratch': fromScratch,
  'feature-extraction': featureExtraction,
  'fine-tune': fineTune,
  'gradual-unfreezing': gradualUnfreezing,
  lora,
} satisfies Record<string, Technique>;

export type TechniqueName = keyof typeof techniques;
