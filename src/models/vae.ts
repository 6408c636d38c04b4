import { z } from 'zod';
import { constant } from '../tensor/build.ts';
import { reshape } from '../tensor/functions/arrangement.ts';
import { add, exp, mul, sub } from '../tensor/functions/elementwise.ts';
import { gaussianCost, standardNormalDivergence } from '../tensor/functions/loss.ts';
import { sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { coderSchema, createCoder } from './coder.ts';
import { applyLinear, linearParameters } from './dense-coder.ts';
import type { Model, ModelContext } from './model.ts';
import {
  type OutputDistribution,
  outputDistributionNames,
  outputDistributions,
} from './output-distribution.ts';

/** Configuration of a variational autoencoder of images. */
export const vaeSchema = coderSchema.extend({
  likelihood: z
    .enum(outputDistributionNames)
    .default('bernoulli')
    .describe('distribution of a pixel given the code'),
  beta: z
    .number()
    .positive()
    .default(1)
    .describe(
      'weight of the divergence in the objective (Higgins et al. 2017); 1 is the evidence lower bound',
    ),
});

export type VaeConfig = z.input<typeof vaeSchema>;

interface Posterior {
  readonly mean: Tensor;
  readonly logVariance: Tensor;
}

/**
 * Variational autoencoder (Kingma and Welling 2014): diagonal Gaussian posterior, standard normal prior.
 *
 * Layers: `encoder/*`, `encoder/latent` (mean and log-variance heads), `decoder/*`, `decoder/output`. The objective
 * is the negative ELBO in nats per example with one draw of the code. Likelihood: importance-weighted bound
 * (Burda et al. 2016).
 */
export function createVae(input: VaeConfig): Model {
  const config = vaeSchema.parse(input);
  const { image, latent, beta } = config;
  const coder = createCoder(config);
  const output: OutputDistribution = outputDistributions[config.likelihood];
  const pixels = image[0] * image[1] * image[2];

  const posterior = (context: ModelContext): Posterior => {
    const h = coder.encode(context, context.field('x'));
    return {
      mean: applyLinear(context, 'encoder/latent/mean', h),
      logVariance: applyLinear(context, 'encoder/latent/log-variance', h),
    };
  };
  const drawn = ({ mean, logVariance }: Posterior, noise: Tensor): Tensor =>
    add(mean, mul(exp(mul(logVariance, 0.5)), noise));
  const heads = ['mean', 'log-variance'].flatMap((head) =>
    linearParameters(`encoder/latent/${head}`, coder.features, latent).map((p) => ({
      ...p,
      layer: 'encoder/latent',
    })),
  );
  const layers = [...coder.encoderLayers, 'encoder/latent', ...coder.decoderLayers];

  return {
    family: 'vae',
    config,
    fields: [{ name: 'x', shape: image, dtype: 'float32' }],
    parameters: [...coder.parameters, ...heads, ...output.parameters('decoder/output', image[0])],
    state: [],
    layers,
    players: [
      {
        name: 'model',
        layers,
        unit: 'nats per example',
        objective(context) {
          const q = posterior(context);
          const code = drawn(q, context.noise('code', q.mean.shape));
          const reconstruction = output.cost(context, coder.decode(context, code), context.field('x'));
          const divergence = sum(standardNormalDivergence(q.mean, q.logVariance), 1);
          return {
            cost: add(reconstruction, mul(divergence, beta)),
            terms: { reconstruction, divergence },
          };
        },
      },
    ],
    sampler: {
      kind: 'latent',
      latent,
      decode: (context, code) => output.mean(coder.decode(context, code)),
    },
    likelihood: {
      kind: 'bound',
      dimensions: pixels,
      support: output.support,
      logWeights(context, samples) {
        const q = posterior(context);
        const batch = context.batchSize;
        const noise = context.noise('code', [samples, batch, latent], { batchAxis: 1 });
        const code = drawn(q, noise);
        const flat = reshape(code, [-1, latent]);
        const x = context.field('x');
        const decoded = reshape(coder.decode(context, flat), [samples, batch, ...image]);
        const conditional = output.cost(context, decoded, reshape(x, [1, batch, ...image]));
        const prior = sum(gaussianCost(code, constant(0), 0), -1);
        const chosen = sum(gaussianCost(code, q.mean, q.logVariance), -1);
        return sub(sub(chosen, prior), conditional);
      },
    },
    encode: (context) => posterior(context).mean,
    reconstruct: (context) => output.mean(coder.decode(context, posterior(context).mean)),
  };
}
