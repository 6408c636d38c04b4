import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { constant } from '../tensor/build.ts';
import { embedding, gather, reshape } from '../tensor/functions/arrangement.ts';
import { add, cast, equal, lessOrEqual, neg, not, where } from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import { crossEntropyEach } from '../tensor/functions/loss.ts';
import { sum } from '../tensor/functions/reduction.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dropout } from './dropout.ts';
import type { Model, ModelContext } from './model.ts';
import { applyBlock, applyNorm, blockParameters, HIDDEN, normParameters } from './transformer-block.ts';

/** Widths; far above what is trained, far below where counting elements is no longer exact. */
const upTo = (most: number) => z.number().int().positive().max(most);
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

/** A target of this value is padding: it costs nothing. */
export const NO_TARGET = -1;

/**
 * Decoder-only transformer with pre-norm blocks (Radford et al. 2019). Fields: `tokens` and `targets` int32
 * [batch, context], a target being the token that follows or `NO_TARGET`. Objective: cross-entropy in nats per
 * token. Layers: `embedding`, `block/0` ..., `output`.
 */
export function createTransformer(input: TransformerConfig): Model {
  const c = transformerSchema.parse(input);
  if (c.width % c.heads !== 0 || (c.positions === 'rotary' && (c.width / c.heads) % 2 !== 0))
    throw new GraftError('invalid-value', {
      what: 'width of the transformer',
      received: c.width,
      allowed: `a multiple of ${c.positions === 'rotary' ? 'twice ' : ''}the number of heads (${c.heads})`,
    });
  const blocks = Array.from({ length: c.layers }, (_, i) => i);
  const layers = ['embedding', ...blocks.map((i) => `block/${i}`), 'output'];
  const table = (name: string, layer: string, rows: number): ParameterSpec => ({
    name,
    shape: [rows, c.width],
    layer,
    decay: true,
    initial: { draw: 'normal', deviation: 0.02 },
  });

  const embed = (context: ModelContext, tokens: Tensor, position: Tensor | undefined): Tensor => {
    const x = embedding(context.parameter('embedding/token'), tokens);
    if (c.positions === 'rotary') return dropout(context, 'embedding', 'embedding', x, c.dropout);
    const positions = context.parameter('embedding/position');
    const time = tokens.shape[1] as number;
    const rows =
      position ??
      constant(
        Int32Array.from({ length: time }, (_, i) => i),
        [time],
      );
    return dropout(context, 'embedding', 'embedding', add(x, gather(positions, rows, 0)), c.dropout);
  };
  const head = (context: ModelContext, x: Tensor): Tensor => {
    const matrix = context.parameter(c.tied ? 'embedding/token' : 'output/weight');
    return matmul(applyNorm(context, 'output/norm', x, c.bias), matrix, { transposeB: true });
  };
  const logits = (context: ModelContext, time: number): Tensor => {
    const tokens = context.field('tokens');
    const hidden = Float32Array.from({ length: time * time }, (_, i) =>
      i % time > Math.floor(i / time) ? HIDDEN : 0,
    );
    const mask = constant(hidden, [time, time]);
    const x = blocks.reduce(
      (h, i) => applyBlock(context, i, c, h, mask).output,
      embed(context, tokens, undefined),
    );
    return head(context, x);
  };
  const tokenCosts = (context: ModelContext): Tensor =>
    crossEntropyEach(logits(context, c.context), context.field('targets'), { ignoreIndex: NO_TARGET });
  const costs = (context: ModelContext): { cost: Tensor; weight: Tensor } => {
    const targets = context.field('targets');
    const each = tokenCosts(context);
    const counted = not(equal(targets, constant(Int32Array.of(NO_TARGET), [])));
    return { cost: sum(each, 1), weight: sum(cast(counted, 'float32'), 1) };
  };

  return {
    family: 'transformer',
    config: c,
    fields: [
      { name: 'tokens', shape: [c.context], dtype: 'int32' },
      { name: 'targets', shape: [c.context], dtype: 'int32' },
    ],
    parameters: [
      table('embedding/token', 'embedding', c.vocabulary),
      ...(c.positions === 'learned' ? [table('embedding/position', 'embedding', c.context)] : []),
      ...blocks.flatMap((i) => blockParameters(i, c)),
      ...normParameters('output/norm', 'output', c.width, c.bias),
      ...(c.tied ? [] : [table('output/weight', 'output', c.vocabulary)]),
    ],
    state: [],
    layers,
    players: [{ name: 'model', layers, unit: 'nats per token', objective: costs }],
    sampler: {
      kind: 'autoregressive',
      vocabulary: c.vocabulary,
      context: c.context,
      layers: c.layers,
      cache: [c.heads, c.context, c.width / c.heads],
      logits,
      step(context) {
        const position = context.field('position');
        const slots = constant(
          Int32Array.from({ length: c.context }, (_, i) => i),
          [c.context],
        );
        const here = reshape(equal(slots, position), [c.context, 1]);
        const mask = reshape(where(lessOrEqual(slots, position), 0, HIDDEN), [1, c.context]);
        const keys: Tensor[] = [];
        const values: Tensor[] = [];
        let x = embed(context, reshape(context.field('token'), [context.batchSize, 1]), position);
        for (const i of blocks) {
          const step = {
            keys: context.field(`keys/${i}`),
            values: context.field(`values/${i}`),
            position,
            here,
            mask,
          };
          const block = applyBlock(context, i, c, x, undefined, { step, merge: where });
          keys.push(block.keys);
          values.push(block.values);
          x = block.output;
        }
        return { logits: reshape(head(context, x), [context.batchSize, c.vocabulary]), keys, values };
      },
    },
    likelihood: {
      kind: 'exact',
      support: 'tokens',
      tokenCosts,
      logWeights: (context) => reshape(neg(costs(context).cost), [1, context.batchSize]),
    },
    ...(c.tied
      ? {
          untied: () => ({
            model: createTransformer({ ...c, tied: false }),
            convert: (weights) => ({
              ...weights,
              parameters: {
                ...weights.parameters,
                'output/weight': weights.parameters['embedding/token']!.slice(),
              },
            }),
          }),
        }
      : {}),
  };
}
