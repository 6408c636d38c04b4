import { constant } from '../../tensor/build.ts';
import { concat, expand, gather, reshape, slice } from '../../tensor/functions/arrangement.ts';
import { cast, equal, where } from '../../tensor/functions/elementwise.ts';
import { BATCH } from '../../tensor/imported-program.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Model, ModelContext } from '../model.ts';
import { nextTokenParts } from '../next-token.ts';
import { importedPart } from './imported-part.ts';
import type { ImportedConfig } from './imported-schema.ts';
import { needed, partOf } from './needed.ts';

/**
 * A language model of another program: tokens [batch, context] -> logits [batch, context, vocabulary]. Objective:
 * cross-entropy in nats per token. Texts are made by running the whole sequence for each token: what a foreign graph
 * would have to keep between tokens is not known, so the cache holds the tokens themselves.
 */
export function importedNextToken(
  config: ImportedConfig,
): Omit<Model, 'family' | 'config' | 'parameters' | 'layers'> {
  const vocabulary = needed(config.vocabulary, 'vocabulary', config);
  const length = needed(config.context, 'context', config);
  const part = importedPart(
    partOf(config, 'logits'),
    'logits',
    { input: { name: 'tokens', shape: [BATCH, length] }, outputs: { logits: [BATCH, length, vocabulary] } },
    config,
  );
  const scores = (context: ModelContext, tokens: Tensor): Tensor => part.apply(context, tokens).logits!;
  const logits = (context: ModelContext, time: number): Tensor =>
    slice(scores(context, filledUp(context.field('tokens'), time, length)), 1, 0, time);
  return {
    linears: part.linears,
    ...nextTokenParts(length, config.layers, (context) => logits(context, length)),
    state: config.state,
    sampler: {
      kind: 'autoregressive',
      vocabulary,
      context: length,
      carried: [{ name: 'tokens before', shape: [length, 1], update: 'slot' }],
      logits,
      step(context) {
        const batch = context.batchSize;
        const position = context.field('position');
        const slots = constant(
          Int32Array.from({ length }, (_, i) => i),
          [length],
        );
        const token = reshape(context.field('token'), [batch, 1]);
        const before = cast(reshape(context.field('tokens before'), [batch, length]), 'int32');
        const tokens = where(equal(slots, position), token, before);
        const row = gather(scores(context, tokens), position, 1);
        return {
          logits: reshape(row, [batch, vocabulary]),
          carried: { 'tokens before': reshape(cast(token, 'float32'), [batch, 1, 1]) },
        };
      },
    },
  };
}

/** Shorter sequences are filled up behind: what stands there no earlier position sees. */
function filledUp(tokens: Tensor, time: number, length: number): Tensor {
  if (time === length) return tokens;
  const rest = expand(constant(Int32Array.of(0), []), [tokens.shape[0]!, length - time]);
  return concat([tokens, rest], 1);
}
