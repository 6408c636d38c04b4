import { z } from 'zod';
import { createDecoder } from './decoder.ts';
import type { Model } from './model.ts';
import { upTo } from './size-schema.ts';

const size = upTo(1_000_000);

/** Configuration of a decoder-only transformer. */
export const transformerSchema = z.strictObject({
  vocabulary: upTo(10_000_000).describe('number of tokens'),
  context: size.default(64).describe('longest sequence, in tokens'),
  layers: upTo(1000).default(4).describe('blocks'),
  heads: size.default(4).describe('attention heads of a block'),
  width: size.default(128).describe("length of a token's vector; a multiple of heads"),
  positions: z.enum(['learned', 'rotary']).default('learned').describe('how places in the sequence are told'),
  tied: z
    .boolean()
    .default(true)
    .describe('the output layer shares the matrix of the token embedding (Press and Wolf 2017)'),
  bias: z.boolean().default(false).describe('linear layers and norms have a bias'),
  dropout: z.number().min(0).lt(1).default(0).describe('share of values that training drops'),
});

export type TransformerConfig = z.input<typeof transformerSchema>;

/**
 * Graft's own decoder: layer norm, GELU, four times the width inside the feed-forward part, learned or rotary
 * positions (see `createDecoder`).
 */
export function createTransformer(input: TransformerConfig): Model {
  const c = transformerSchema.parse(input);
  const { vocabulary, context, layers, heads, width, tied, bias } = c;
  return createDecoder(
    {
      family: 'transformer',
      config: c,
      untied: () => createTransformer({ ...c, tied: false }),
    },
    {
      vocabulary,
      context,
      layers,
      heads,
      keyHeads: heads,
      headWidth: width / heads,
      width,
      hidden: 4 * width,
      norm: 'layer',
      epsilon: 1e-5,
      activation: 'gelu',
      bias: { norm: bias, qkv: bias, output: bias, mlp: bias },
      ...(c.positions === 'rotary' ? { rotary: { base: 10_000 } } : { positions: context }),
      tied,
      dropout: { embedding: c.dropout, attention: c.dropout, residual: c.dropout },
    },
  );
}
