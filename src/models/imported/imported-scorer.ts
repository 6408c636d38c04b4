import { reshape } from '../../tensor/functions/arrangement.ts';
import { neg } from '../../tensor/functions/elementwise.ts';
import { BATCH } from '../../tensor/imported-program.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Model, ModelContext } from '../model.ts';
import { importedPart } from './imported-part.ts';
import type { ImportedConfig } from './imported-schema.ts';
import { needed, partOf } from './needed.ts';

/**
 * A model of another program that gives the log-probability of an image in nats and makes none itself. Objective: the
 * negative log-likelihood. That the outputs are log-probabilities of one distribution is the file's word.
 */
export function importedScorer(
  config: ImportedConfig,
): Omit<Model, 'family' | 'config' | 'parameters' | 'layers'> {
  const image = needed(config.image, 'image', config);
  const part = importedPart(
    partOf(config, 'score'),
    'score',
    { input: { name: 'x', shape: [BATCH, ...image] }, outputs: { score: [BATCH] } },
    config,
  );
  const score = (context: ModelContext): Tensor => part.apply(context, context.field('x')).score!;
  return {
    linears: part.linears,
    fields: [{ name: 'x', shape: image, dtype: 'float32' }],
    state: config.state,
    players: [
      {
        name: 'model',
        layers: config.layers,
        unit: 'nats per example',
        objective: (context) => ({ cost: neg(score(context)) }),
      },
    ],
    sampler: { kind: 'none' },
    likelihood: {
      kind: 'exact',
      dimensions: image[0] * image[1] * image[2],
      support: 'real',
      logWeights: (context) => reshape(score(context), [1, context.batchSize]),
    },
  };
}
