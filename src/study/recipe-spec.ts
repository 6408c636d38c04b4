import { z } from 'zod';
import { dataSpec } from '../data/data-spec.ts';
import { parseSpec } from '../data/parse-spec.ts';
import { imageValues } from '../data/represent-images.ts';
import { tokenizerSpec } from '../data/tokenizers/train-tokenizer.ts';
import { families } from '../models/index.ts';
import { averageSpec } from '../training/average-spec.ts';
import { scheduleSpec } from '../training/schedules/schedule-spec.ts';
import { FEWEST_TIMES } from './bound-times.ts';
import { accumulate, recompute, statedOptimiser } from './study-spec.ts';

const count = z.int().min(1);
const positive = z.number().positive();

/** The schema of a recipe: one model, trained on one data set and evaluated on what it was not trained on. */
export const recipeSpec = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, 'letters, digits, dots, dashes and underscores'),
  description: z.string().optional(),
  family: z.enum(Object.keys(families) as [string, ...string[]]),
  model: z.record(z.string(), z.unknown()).default({}).describe('options of the family'),
  data: dataSpec,
  values: imageValues
    .optional()
    .describe('for images: what pixels are; by default what the likelihood is defined on'),
  tokenizer: tokenizerSpec.default('character'),
  windows: z
    .enum(['examples', 'random'])
    .default('examples')
    .describe(
      'for running text: examples cut beforehand, or windows at random places drawn anew in each update',
    ),
  training: z.strictObject({
    steps: count.optional(),
    epochs: count.optional().describe('instead of steps: passes over the training examples'),
    batch: count.default(64),
    accumulate,
    recompute,
    learningRate: positive.default(1e-3),
    optimiser: statedOptimiser.optional(),
    schedule: scheduleSpec.default('constant'),
    average: averageSpec.optional(),
    looks: count.default(20).describe('looks at validation'),
    keep: z
      .enum(['best', 'last'])
      .default('best')
      .describe('the weights of the best look, or those at the end'),
  }),
  evaluation: z
    .strictObject({
      part: z.enum(['validation', 'test']).default('test'),
      items: count.optional().describe('items of that part at most, drawn once for all seeds; all if absent'),
      importanceSamples: count.default(64),
      samples: count
        .optional()
        .describe('samples compared with the part, where there is no likelihood; 1000 if absent'),
      times: z
        .int()
        .min(FEWEST_TIMES)
        .optional()
        .describe('diffusion: times of each example for the variational bound, 64 if absent'),
      estimateBatches: count
        .optional()
        .describe('also the mean loss of so many batches of random windows, as training programs print it'),
    })
    .prefault({}),
  seeds: z.union([count, z.array(z.int().min(0)).min(1)]).default(1),
});

export type RecipeSpec = z.output<typeof recipeSpec>;

export function parseRecipe(value: unknown, where: string): RecipeSpec {
  return parseSpec(recipeSpec, value, where);
}
