import { z } from 'zod';
import { dataSpec, namedDataSpec, ownDataSpec } from '../data/data-spec.ts';
import { parseSpec } from '../data/parse-spec.ts';
import { imageValues } from '../data/represent-images.ts';
import { tokenizerSpec } from '../data/tokenizers/train-tokenizer.ts';
import { optimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import { families } from '../models/index.ts';
import { averageSpec } from '../training/average-spec.ts';
import { convergenceRule } from '../training/convergence.ts';
import { scheduleSpec } from '../training/schedules/schedule-spec.ts';
import { FEWEST_TIMES } from './bound-times.ts';
import { techniqueRow } from './technique-row.ts';

const positive = z.number().positive();
const count = z.int().min(1);

export const recompute = z
  .boolean()
  .optional()
  .describe(
    'language models: activations within blocks are computed again in the backward pass instead of being kept for it (less memory, more operations)',
  );

export const accumulate = count
  .default(1)
  .describe(
    'batches whose gradients make one update, as one batch so many times as large would; fewer where there are not enough examples',
  );

export const statedOptimiser = optimiserSpec.describe(
  "a name, or { name, options }, for all players of a model; absent: what the model's players have of their own (a GAN's), else adam",
);

const sourceSeeds = {
  seeds: count
    .default(1)
    .describe(
      'pre-trainings from different random numbers: 1, whose checkpoint all seeds share, or as many as seeds',
    ),
};

const source = z.union([
  z.string().min(1),
  namedDataSpec.extend(sourceSeeds),
  ownDataSpec.extend(sourceSeeds),
]);

/** Pre-training of a model on the source data by the study itself. */
const pretraining = z.strictObject({
  steps: count.default(3000).describe('updates'),
  batch: count.default(64).describe('examples of an update, times accumulate'),
  accumulate,
  learningRate: positive.default(1e-3).describe('the largest rate; the schedule gives factors of it'),
  optimiser: statedOptimiser.optional(),
  schedule: scheduleSpec.default('cosine').describe('learning-rate schedule: a name, or { name, options }'),
  average: averageSpec.optional(),
  looks: count.default(20).describe('looks at validation'),
});

/** What of training a model may have of its own. */
const tunable = {
  steps: count.describe('updates of one trial'),
  batch: count.describe('examples of an update, times accumulate'),
  learningRate: z
    .union([positive, z.array(positive).min(1)])
    .describe(
      'one rate for all, or a grid from which each technique and budget takes the best by validation',
    ),
  optimiser: statedOptimiser,
  schedule: scheduleSpec.describe('learning-rate schedule: a name, or { name, options }'),
  average: averageSpec,
};

const training = z.strictObject({
  equal: z
    .enum(['steps', 'flops', 'convergence'])
    .default('steps')
    .describe(
      'what every technique gets the same of: updates; operations (those of `steps` updates of all layers); or patience, up to `steps` updates',
    ),
  steps: tunable.steps.default(600),
  batch: tunable.batch.default(32),
  learningRate: tunable.learningRate.default([3e-4, 1e-3, 3e-3]),
  tuningSeeds: count.default(1).describe('runs of each rate of the grid, with seeds that are never reported'),
  optimiser: tunable.optimiser.optional(),
  schedule: tunable.schedule.default('constant'),
  looks: count.default(20).describe('looks at validation, the same number for every technique'),
  convergence: convergenceRule.prefault({}).describe('when a validation curve counts as flat'),
  accumulate,
  recompute,
  average: averageSpec.optional(),
  validation: count
    .optional()
    .describe(
      'validation items of every trial, more than its budget holds: steadier choices, of which the verdict then says that they need so many examples; without it, a fifth of the budget',
    ),
});

/** Of two families, what suits one may not suit the other: keys of `training` that a model has of its own. */
const ownTraining = z
  .strictObject(tunable)
  .partial()
  .optional()
  .describe('how techniques train this model, where that differs from the training of the study');

export const familyModel = z
  .looseObject({
    family: z.enum(Object.keys(families) as [string, ...string[]]).describe('architecture and objective'),
    label: z.string().min(1).optional().describe('name in tables; made from the options if absent'),
    pretrain: pretraining.prefault({}).describe('how it is trained on the source'),
    training: ownTraining,
  })
  .describe('a model that the study pre-trains on the source data; further keys configure the family');

export const checkpointModel = z
  .strictObject({
    checkpoint: z.string().min(1).describe('folder of a checkpoint, relative to the study file'),
    label: z.string().min(1).optional().describe("name in tables; the folder's if absent"),
    training: ownTraining,
  })
  .describe('a model that was trained before');

const sampling = z.strictObject({
  count: count.default(500).describe('samples drawn from every trained model'),
  shown: count.default(36).describe('samples shown in the report'),
  temperature: positive.default(1).describe('for text: below 1 sharpens the choice of tokens'),
  topK: count.optional().describe('for text: only the so many likeliest tokens'),
  topP: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('for text: only the likeliest tokens of this total probability'),
});

const evaluation = z.strictObject({
  importanceSamples: count.default(64).describe('draws of the code for the importance-weighted bound'),
  times: z
    .int()
    .min(FEWEST_TIMES)
    .optional()
    .describe('diffusion: times of each example for the variational bound, 64 if absent'),
  items: count.default(1000).describe('test items used at most, the same for every trial'),
});

/** The schema of a study file. */
export const studySpec = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'letters, digits, dots, dashes and underscores')
      .describe('name of the study; names its folder'),
    description: z.string().optional().describe('what the study asks, for the report'),
    source: source.optional().describe('where models are pre-trained; needed by models with a family'),
    target: dataSpec.describe('where the models must work'),
    models: z
      .array(z.union([familyModel, checkpointModel]))
      .min(1)
      .describe('base models: families that the study pre-trains, or checkpoints'),
    techniques: z.array(techniqueRow).min(1).describe('rows of the comparison'),
    budgets: z.array(count).min(1).describe('target examples that a trial may look at, validation included'),
    seeds: z
      .union([count, z.array(z.int().min(0)).min(1)])
      .default(3)
      .describe('repetitions of every cell: how many, or which'),
    training: training.prefault({}).describe('how techniques train'),
    sampling: sampling.prefault({}).describe('what is drawn from every trained model'),
    evaluation: evaluation.prefault({}).describe('how much is measured'),
    evaluate_on: z.array(dataSpec).default([]).describe('data sets never trained on'),
    primary: z
      .string()
      .optional()
      .describe('the metric that decides; default: held-out likelihood where all share its scale'),
    values: imageValues
      .optional()
      .describe("what pixels are; by default what the models' likelihood is defined on"),
    tokenizer: tokenizerSpec
      .default('character')
      .describe('for text; trained on the source (else the target) training text'),
    context: count
      .optional()
      .describe('for text: tokens that a model sees at once; the longest example if absent'),
  })
  .describe('a study: which models are adapted with which techniques on how much data');

export type StudySpec = z.output<typeof studySpec>;
export type StudyInput = z.input<typeof studySpec>;

/** Checks a study read from YAML or JSON and fills in the defaults; errors name the key and the nearest valid choice. */
export function parseStudy(value: unknown, where: string): StudySpec {
  return parseSpec(studySpec, value, where);
}
