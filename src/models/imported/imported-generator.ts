import { expand, gatherElements, reshape } from '../../tensor/functions/arrangement.ts';
import { add, erf, mul, neg, square, stopGradient, sub } from '../../tensor/functions/elementwise.ts';
import { argMax, sum } from '../../tensor/functions/reduction.ts';
import { BATCH } from '../../tensor/imported-program.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Model, ModelContext } from '../model.ts';
import { pixelCost } from './imported-autoencoder.ts';
import { importedPart } from './imported-part.ts';
import type { ImportedConfig } from './imported-schema.ts';
import { needed, partOf } from './needed.ts';

/**
 * A generator of another program, latent vector -> image, without an encoder or a discriminator. Objective: implicit
 * maximum likelihood (Li and Malik 2018): of a number of fresh samples the nearest to each example is drawn towards
 * it, so that no example is left without a sample near it. Deviation: each example has candidates of its own, so that
 * its cost does not depend on the batch; distances are Euclidean between pixels.
 */
export function importedGenerator(
  config: ImportedConfig,
): Omit<Model, 'family' | 'config' | 'parameters' | 'layers'> {
  const image = needed(config.image, 'image', config);
  const latent = needed(config.latent, 'latent', config);
  const { candidates, layers, loss, prior } = config;
  const decoder = importedPart(
    partOf(config, 'decode'),
    'decode',
    { input: { name: 'z', shape: [BATCH, latent] }, outputs: { x: [BATCH, ...image] } },
    config,
  );
  // The distribution function of the normal distribution makes uniform draws of normal ones.
  const latents = (z: Tensor): Tensor =>
    prior === 'normal' ? z : mul(add(erf(mul(z, Math.SQRT1_2)), 1), 0.5);

  return {
    linears: decoder.linears,
    fields: [{ name: 'x', shape: image, dtype: 'float32' }],
    state: config.state,
    players: [
      {
        name: 'model',
        layers,
        unit: loss === 'bernoulli' ? 'nats to the nearest sample' : 'squared distance to the nearest sample',
        objective: (context) => ({ cost: nearestCost(context) }),
      },
    ],
    sampler: {
      kind: 'latent',
      latent,
      decode: (context, z) => decoder.apply(context, latents(z)).x!,
    },
  };

  function nearestCost(context: ModelContext): Tensor {
    const x = context.field('x');
    const batch = context.batchSize;
    const z = latents(context.noise('candidates', [batch, candidates, latent]));
    const flat = reshape(z, [-1, latent]);
    // The nearest is found without gradients; only that one is computed again with them.
    const all = stopGradient(reshape(decoder.apply(context, flat).x!, [batch, candidates, -1]));
    const distances = sum(square(sub(all, reshape(x, [batch, 1, -1]))), -1);
    const nearest = expand(reshape(argMax(neg(distances), 1), [batch, 1, 1]), [batch, 1, latent]);
    const outputs = decoder.apply(context, reshape(gatherElements(z, nearest, 1), [batch, latent]));
    return pixelCost(decoder, outputs, x, loss, x.shape);
  }
}
