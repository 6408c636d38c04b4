import { z } from 'zod';
import { add, mul, sigmoid, square, sub } from '../tensor/functions/elementwise.ts';
import { sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { codeDensity, codeStates, densityCodes } from './code-density.ts';
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
    state: codeStates(latent, 'encoder/latent'),
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
      decode: (context, z) => decode(context, densityCodes(context, z)),
    },
    encode: (context) => encode(context, context.field('x')),
    reconstruct: (context) => decode(context, encode(context, context.field('x'))),
    codeDensity: codeDensity(latent),
  };
}
