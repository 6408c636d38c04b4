import { constant } from '../tensor/build.ts';
import { reshape } from '../tensor/functions/arrangement.ts';
import { cast, equal, neg, not } from '../tensor/functions/elementwise.ts';
import { crossEntropyEach } from '../tensor/functions/loss.ts';
import { sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Model, ModelContext } from './model.ts';

/** A target of this value is padding: it costs nothing. */
export const NO_TARGET = -1;

/**
 * What all models have in common that tell the next token: fields `tokens` and `targets` int32 [batch, context], a
 * target being the token that follows or `NO_TARGET`; as objective the cross-entropy in nats per token; an exact
 * likelihood.
 *
 * @param logits scores [batch, context, vocabulary] of what follows each token
 */
export function nextTokenParts(
  context: number,
  layers: readonly string[],
  logits: (context: ModelContext, time: number) => Tensor,
): Pick<Model, 'fields' | 'players' | 'likelihood'> {
  const tokenCosts = (on: ModelContext): Tensor =>
    crossEntropyEach(logits(on, context), on.field('targets'), { ignoreIndex: NO_TARGET });
  const costs = (on: ModelContext): { cost: Tensor; weight: Tensor } => {
    const targets = on.field('targets');
    const each = tokenCosts(on);
    const counted = not(equal(targets, constant(Int32Array.of(NO_TARGET), [])));
    return { cost: sum(each, 1), weight: sum(cast(counted, 'float32'), 1) };
  };
  return {
    fields: [
      { name: 'tokens', shape: [context], dtype: 'int32' },
      { name: 'targets', shape: [context], dtype: 'int32' },
    ],
    players: [{ name: 'model', layers, unit: 'nats per token', objective: costs }],
    likelihood: {
      kind: 'exact',
      support: 'tokens',
      tokenCosts,
      logWeights: (on) => reshape(neg(costs(on).cost), [1, on.batchSize]),
    },
  };
}

/** What a model has whose output shares the matrix of its token embedding: the same model with a copy of it as its own. */
export const untiedOutput = (model: () => Model): Required<Pick<Model, 'untied'>> => ({
  untied: () => ({
    model: model(),
    convert: (weights) => ({
      ...weights,
      parameters: {
        ...weights.parameters,
        'output/weight': weights.parameters['embedding/token']!.slice(),
      },
    }),
  }),
});
