import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { semidefiniteFactor } from '../numeric/cholesky.ts';
import { columnMeans, covariance } from '../numeric/covariance.ts';
import { matrix } from '../numeric/matrix.ts';
import { add, mul, sigmoid, square, sub } from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import { sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { coderSchema, createCoder } from './coder.ts';
import { applyLinear, linearParameters } from './dense-coder.ts';
import type { Model, ModelContext } from './model.ts';

/** Configuration of an autoencoder of images. */
export const autoencoderSchema = coderSchema.extend({
  noise: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'standard deviation of the noise that is added to the input in training and must be removed again; 0: none',
    ),
});

export type AutoencoderConfig = z.input<typeof autoencoderSchema>;

/**
 * Autoencoder, or with `noise` a denoising one (Vincent et al. 2010). Objective: squared error summed over the pixels
 * of an example, after a sigmoid output. Its codes have no prior: after training a normal distribution with full
 * covariance is fitted to the codes of the training data (state `codes/*`), from which new codes are drawn.
 */
export function createAutoencoder(input: AutoencoderConfig): Model {
  const config = autoencoderSchema.parse(input);
  const { image, latent, noise } = config;
  const coder = createCoder(config);
  const layers = [...coder.encoderLayers, 'encoder/latent', ...coder.decoderLayers];
  const encode = (context: ModelContext, x: Tensor): Tensor =>
    applyLinear(context, 'encoder/latent', coder.encode(context, x));
  const decode = (context: ModelContext, code: Tensor): Tensor => sigmoid(coder.decode(context, code));

  return {
    family: 'autoencoder',
    config,
    fields: [{ name: 'x', shape: image, dtype: 'float32' }],
    parameters: [...coder.parameters, ...linearParameters('encoder/latent', coder.features, latent)],
    state: [
      { name: 'codes/mean', shape: [latent], layer: 'encoder/latent', initial: 0 },
      { name: 'codes/factor', shape: [latent, latent], layer: 'encoder/latent', initial: 0 },
    ],
    layers,
    players: [
      {
        name: 'model',
        layers,
        unit: 'squared error per example',
        objective(context) {
          const x = context.field('x');
          const noisy =
            noise > 0 && context.updating ? add(x, mul(context.noise('input', x.shape), noise)) : x;
          const difference = sub(decode(context, encode(context, noisy)), x);
          return { cost: sum(square(difference), [1, 2, 3]) };
        },
      },
    ],
    sampler: {
      kind: 'latent',
      latent,
      // With F' F = covariance of the codes, z F has that covariance.
      decode: (context, z) =>
        decode(context, add(matmul(z, context.state('codes/factor')), context.state('codes/mean'))),
    },
    encode: (context) => encode(context, context.field('x')),
    reconstruct: (context) => decode(context, encode(context, context.field('x'))),
    codeDensity: {
      fit({ count, latent: width, data }) {
        if (width !== latent)
          throw new GraftError('shape-mismatch', {
            op: 'fit of codes',
            shapes: [[width], [latent]],
            rule: 'codes must be as long as the model says',
          });
        const codes = matrix(count, width, data);
        const means = columnMeans(codes);
        const factor = new Float32Array(latent * latent);
        if (count > 1) factor.set(semidefiniteFactor(covariance(codes, { means })).data);
        return { 'codes/mean': Float32Array.from(means), 'codes/factor': factor };
      },
    },
  };
}
