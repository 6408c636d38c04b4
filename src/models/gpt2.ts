import { z } from 'zod';
import { createDecoder } from './decoder.ts';
import type { Model } from './model.ts';
import { upTo } from './size-schema.ts';

const size = upTo(1_000_000);
const share = z.number().min(0).lt(1).default(0);

/** Configuration of GPT-2. */
export const gpt2Schema = z.strictObject({
  vocabulary: upTo(10_000_000).describe('number of tokens'),
  context: size.default(64).describe('longest sequence, in tokens'),
  positions: size
    .optional()
    .describe('rows of the learned table of positions, where that is more than the context'),
  layers: upTo(1000).default(4).describe('blocks'),
  heads: size.default(4).describe('attention heads of a block'),
  width: size.default(128).describe("length of a token's vector; a multiple of heads"),
  hidden: size.optional().describe('width inside the feed-forward part; default: 4 times the width'),
  activation: z
    .enum(['gelu', 'gelu-tanh'])
    .default('gelu-tanh')
    .describe('GELU exactly or by its tanh approximation'),
  epsilon: z.number().positive().max(1).default(1e-5).describe('added to the variance in norms'),
  tied: z
    .boolean()
    .default(true)
    .describe('the output layer shares the matrix of the token embedding (Press and Wolf 2017)'),
  embeddingDropout: share.describe('share of embedding values that training drops'),
  attentionDropout: share.describe('share of attention probabilities that training drops'),
  residualDropout: share.describe('share of what blocks add that training drops'),
});

export type Gpt2Config = z.input<typeof gpt2Schema>;

/** GPT-2 (Radford et al. 2019): layer norms and linear layers with biases, learned positions (see `createDecoder`). */
export function createGpt2(input: Gpt2Config): Model {
  const c = gpt2Schema.parse(input);
  const { vocabulary, context, layers, heads, width, activation, epsilon, tied } = c;
  const positions = c.positions ?? context;
  return createDecoder(
    {
      family: 'gpt2',
      config: c,
      untied: () => createGpt2({ ...c, tied: false }),
      withContext: {
        longest: positions,
        build: (length) => createGpt2({ ...c, context: length, positions }),
      },
    },
    {
      vocabulary,
      context,
      positions,
      layers,
      heads,
      keyHeads: heads,
      headWidth: width / heads,
      width,
      hidden: c.hidden ?? 4 * width,
      norm: 'layer',
      epsilon,
      activation,
      bias: { norm: true, qkv: true, output: true, mlp: true },
      tied,
      dropout: {
        embedding: c.embeddingDropout,
        attention: c.attentionDropout,
        residual: c.residualDropout,
      },
    },
  );
}
