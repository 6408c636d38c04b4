import { constant } from '../../tensor/build.ts';
import { reshape } from '../../tensor/functions/arrangement.ts';
import { add, clamp, exp, log, mul, neg, square, sub } from '../../tensor/functions/elementwise.ts';
import { bernoulliCost, gaussianCost, standardNormalDivergence } from '../../tensor/functions/loss.ts';
import { sum } from '../../tensor/functions/reduction.ts';
import { BATCH } from '../../tensor/imported-program.ts';
import type { Dimension } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { codeDensity, codeStates, densityCodes } from '../code-density.ts';
import type { Model, ModelContext } from '../model.ts';
import { type ImportedPart, importedPart } from './imported-part.ts';
import type { ImportedConfig } from './imported-schema.ts';
import { needed, partOf } from './needed.ts';

/** Probabilities nearer to 0 and 1 than this cost no more. */
const LEAST = 1e-6;

/** What images cost under the decoder's outputs for each leading index, summed over the last three axes. */
export function pixelCost(
  decoder: ImportedPart,
  outputs: Readonly<Record<string, Tensor>>,
  x: Tensor,
  loss: ImportedConfig['loss'],
  shape: readonly Dimension[],
): Tensor {
  const image = reshape(outputs.x!, shape);
  const over = (t: Tensor) => sum(t, [-3, -2, -1]);
  if (loss === 'squared-error') return over(square(sub(image, x)));
  if (decoder.isSigmoid('x')) return over(bernoulliCost(reshape(outputs['logit of x']!, shape), x));
  const p = clamp(image, LEAST, 1 - LEAST);
  return over(neg(add(mul(x, log(p)), mul(sub(1, x), log(sub(1, p))))));
}

/**
 * An encoder and a decoder of another program. Objective: the cost of the reconstruction; with `variational` the
 * negative evidence lower bound with one draw of the code (Kingma and Welling 2014). Codes without a prior get a
 * normal distribution that is fitted to those of the training data, as in the family `autoencoder`.
 */
export function importedAutoencoder(
  config: ImportedConfig,
): Omit<Model, 'family' | 'config' | 'parameters' | 'layers'> {
  const image = needed(config.image, 'image', config);
  const latent = needed(config.latent, 'latent', config);
  const { loss, variational, layers } = config;
  const encoder = importedPart(
    partOf(config, 'encode'),
    'encode',
    {
      input: { name: 'x', shape: [BATCH, ...image] },
      outputs: {
        code: [BATCH, latent],
        ...(variational ? { logVariance: [BATCH, latent] } : {}),
      },
    },
    config,
  );
  const decoder = importedPart(
    partOf(config, 'decode'),
    'decode',
    { input: { name: 'z', shape: [BATCH, latent] }, outputs: { x: [BATCH, ...image] } },
    config,
  );
  const mean = (context: ModelContext): Tensor => encoder.apply(context, context.field('x')).code!;
  const decode = (context: ModelContext, code: Tensor): Tensor => decoder.apply(context, code).x!;
  const posterior = (context: ModelContext) => {
    const q = encoder.apply(context, context.field('x'));
    return { mean: q.code!, logVariance: q.logVariance! };
  };
  const drawn = (q: ReturnType<typeof posterior>, noise: Tensor): Tensor =>
    add(q.mean, mul(exp(mul(q.logVariance, 0.5)), noise));
  const cost = (context: ModelContext, code: Tensor): Tensor => {
    const x = context.field('x');
    return pixelCost(decoder, decoder.apply(context, code), x, loss, x.shape);
  };

  return {
    linears: [...encoder.linears, ...decoder.linears],
    fields: [{ name: 'x', shape: image, dtype: 'float32' }],
    state: [...config.state, ...(variational ? [] : codeStates(latent, layers[0]!))],
    players: [
      {
        name: 'model',
        layers,
        unit: loss === 'bernoulli' || variational ? 'nats per example' : 'squared error per example',
        objective(context) {
          if (!variational) return { cost: cost(context, mean(context)) };
          const q = posterior(context);
          const reconstruction = cost(context, drawn(q, context.noise('code', q.mean.shape)));
          const divergence = sum(standardNormalDivergence(q.mean, q.logVariance), 1);
          return { cost: add(reconstruction, divergence), terms: { reconstruction, divergence } };
        },
      },
    ],
    sampler: {
      kind: 'latent',
      latent,
      decode: (context, z) => decode(context, variational ? z : densityCodes(context, z)),
    },
    ...(variational && loss === 'bernoulli'
      ? {
          likelihood: {
            kind: 'bound',
            dimensions: image[0] * image[1] * image[2],
            support: 'binary',
            logWeights(context, samples) {
              const q = posterior(context);
              const batch = context.batchSize;
              const noise = context.noise('code', [samples, batch, latent], { batchAxis: 1 });
              const code = drawn(q, noise);
              const outputs = decoder.apply(context, reshape(code, [-1, latent]));
              const x = reshape(context.field('x'), [1, batch, ...image]);
              const conditional = pixelCost(decoder, outputs, x, loss, [samples, batch, ...image]);
              const prior = sum(gaussianCost(code, constant(0), 0), -1);
              const chosen = sum(gaussianCost(code, q.mean, q.logVariance), -1);
              return sub(sub(chosen, prior), conditional);
            },
          },
        }
      : {}),
    encode: mean,
    reconstruct: (context) => decode(context, mean(context)),
    ...(variational ? {} : { codeDensity: codeDensity(latent) }),
  };
}
