import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { createDecoder } from './decoder.ts';
import type { Model } from './model.ts';
import { upTo } from './size-schema.ts';

const size = upTo(1_000_000);
const positive = z.number().positive().max(1e12);

const scaling = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('linear'), factor: positive }),
  z.strictObject({
    kind: z.literal('llama3'),
    factor: positive,
    lowFrequency: positive,
    highFrequency: positive,
    originalContext: size,
  }),
]);

/** Configuration of a Llama-type decoder. */
export const llamaSchema = z.strictObject({
  vocabulary: upTo(10_000_000).describe('number of tokens'),
  context: size.default(64).describe('longest sequence, in tokens'),
  positions: size
    .optional()
    .describe('longest sequence that the model was made for, where that is more than the context'),
  layers: upTo(1000).default(4).describe('blocks'),
  heads: size.default(4).describe('attention heads of a block'),
  keyHeads: size
    .optional()
    .describe('heads of keys and values, a divisor of heads (grouped-query attention); default: heads'),
  width: size.default(128).describe("length of a token's vector"),
  headWidth: size.optional().describe("length of a head's vectors; default: width / heads"),
  hidden: size
    .optional()
    .describe('width inside the feed-forward part; default: 8/3 of the width, rounded up to a multiple of 8'),
  base: positive.default(10_000).describe('longest period of the rotary positions, in positions per radian'),
  scaling: scaling
    .optional()
    .describe('how rotary positions are stretched to contexts longer than those first trained on'),
  epsilon: z.number().positive().max(1).default(1e-5).describe('added to the mean square in norms'),
  attentionBias: z
    .enum(['none', 'qkv', 'all'])
    .default('none')
    .describe('which linear layers of attention have a bias: queries, keys and values (Qwen2), or all'),
  mlpBias: z.boolean().default(false).describe('linear layers of the feed-forward part have a bias'),
  window: size
    .optional()
    .describe('positions that a token sees, itself included (sliding window); default: all before it'),
  windowFrom: z.int().min(0).max(1000).default(0).describe('the first block that has the window'),
  tied: z
    .boolean()
    .default(true)
    .describe('the output layer shares the matrix of the token embedding (Press and Wolf 2017)'),
  attentionDropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('share of attention probabilities that training drops'),
});

export type LlamaConfig = z.input<typeof llamaSchema>;

/**
 * A decoder of the kind of Llama (Touvron et al. 2023), Mistral and Qwen2: root-mean-square norms, rotary positions
 * (pairs of a head are its two halves), grouped-query attention, SwiGLU (see `createDecoder`).
 */
export function createLlama(input: LlamaConfig): Model {
  const c = llamaSchema.parse(input);
  const { vocabulary, context, layers, heads, width, base, epsilon, tied, mlpBias } = c;
  const hidden = c.hidden ?? 8 * Math.ceil(width / 3);
  if (c.positions !== undefined && c.positions < context)
    throw new GraftError('invalid-value', {
      what: 'context of the llama',
      received: context,
      allowed: `at most its positions (${c.positions})`,
    });
  const longest = c.positions ?? context;
  return createDecoder(
    {
      family: 'llama',
      config: c,
      untied: () => createLlama({ ...c, tied: false }),
      withContext: {
        longest,
        build: (length) => createLlama({ ...c, context: length, positions: longest }),
      },
    },
    {
      vocabulary,
      context,
      layers,
      heads,
      keyHeads: c.keyHeads ?? heads,
      headWidth: c.headWidth ?? width / heads,
      width,
      hidden,
      norm: 'rms',
      epsilon,
      activation: 'swiglu',
      bias: {
        norm: false,
        qkv: c.attentionBias !== 'none',
        output: c.attentionBias === 'all',
        mlp: mlpBias,
      },
      rotary: { base, scaling: c.scaling },
      ...(c.window === undefined ? {} : { window: { size: c.window, from: c.windowFrom } }),
      tied,
      dropout: { embedding: 0, attention: c.attentionDropout, residual: 0 },
    },
  );
}
