import { z } from 'zod';
import { programJsonSchema } from '../../tensor/program-json.ts';

const name = z.string().min(1).max(500);
const size = z.number().int().positive().max(1_000_000);
const shape = z
  .array(
    z
      .number()
      .int()
      .min(0)
      .max(2 ** 31),
  )
  .max(16);

const initial = z.union([
  z.strictObject({ draw: z.literal('normal'), deviation: z.number() }),
  z.strictObject({ draw: z.literal('uniform'), bound: z.number() }),
  z.strictObject({ draw: z.literal('constant'), value: z.number() }),
]);

/** What a model of another program does, as `graft import` is told. */
export const importedRoles = ['autoencoder', 'generator', 'scorer', 'next-token'] as const;
export type ImportedRole = (typeof importedRoles)[number];

/** Configuration of a model that another program made: its parts as tensor programs, and what they are for. */
export const importedSchema = z.strictObject({
  role: z.enum(importedRoles).describe('what the model does'),
  image: z
    .tuple([z.number().int().positive().max(1024), size, size])
    .optional()
    .describe('channels, height, width; for models of images'),
  latent: size.optional().describe('length of the code'),
  vocabulary: z.number().int().positive().max(10_000_000).optional().describe('number of tokens'),
  context: size.optional().describe('longest sequence, in tokens'),
  loss: z
    .enum(['squared-error', 'bernoulli'])
    .default('squared-error')
    .describe(
      'what a reconstruction costs: squared error, or nats under a Bernoulli distribution of each value',
    ),
  variational: z
    .boolean()
    .default(false)
    .describe('the encoder gives mean and log-variance of a code with a standard normal prior'),
  candidates: z
    .number()
    .int()
    .positive()
    .max(4096)
    .default(32)
    .describe('generators: samples among which the nearest to each example is trained'),
  prior: z
    .enum(['normal', 'uniform'])
    .default('normal')
    .describe('generators: latent vectors N(0, 1) or U(0, 1)'),
  layers: z.array(name).min(1).max(10_000).describe('from input to output'),
  parameters: z
    .array(z.strictObject({ name, shape, layer: name, decay: z.boolean(), initial }))
    .max(100_000)
    .describe('trained tensors'),
  state: z
    .array(z.strictObject({ name, shape, layer: name, initial: z.number() }))
    .max(100_000)
    .describe('tensors that training leaves alone'),
  programs: z
    .strictObject({
      encode: programJsonSchema.optional(),
      decode: programJsonSchema.optional(),
      score: programJsonSchema.optional(),
      logits: programJsonSchema.optional(),
    })
    .describe('the parts of the model as tensor programs'),
});

export type ImportedConfig = z.output<typeof importedSchema>;
