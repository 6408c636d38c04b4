import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { concat, embedding, expand, reshape } from '../tensor/functions/arrangement.ts';
import { add, exp, mul, sub } from '../tensor/functions/elementwise.ts';
import { gaussianCost, standardNormalDivergence } from '../tensor/functions/loss.ts';
import { logsumexp, mean, sum } from '../tensor/functions/reduction.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { classesOf, classOptions, labelField } from './class-condition.ts';
import { type Posterior, standardNormalPrior, vampPrior } from './code-prior.ts';
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
  objective: z
    .enum(['elbo', 'iwae'])
    .default('elbo')
    .describe('what is maximised: the evidence lower bound, or the importance-weighted bound'),
  importanceSamples: z
    .int()
    .min(1)
    .max(10_000)
    .default(5)
    .describe('iwae: draws of the code for each example; 1 is the evidence lower bound'),
  prior: z
    .enum(['normal', 'vamp'])
    .default('normal')
    .describe(
      'distribution of codes: standard normal, or the mean of the posteriors of trained pseudo-inputs',
    ),
  pseudoInputs: z.int().min(1).max(100_000).default(100).describe('vamp: number of pseudo-inputs'),
  beta: z
    .number()
    .positive()
    .default(1)
    .describe(
      'weight of the divergence in the objective (Higgins et al. 2017); 1 is the evidence lower bound',
    ),
  ...classOptions,
});

export type VaeConfig = z.input<typeof vaeSchema>;

/** Fails with `conflict` for options that mean nothing together. */
function checkTogether(config: z.output<typeof vaeSchema>): void {
  const conflict = (first: string, second: string, reason: string) =>
    new GraftError('conflict', { first, second, reason });
  if (config.objective === 'iwae' && config.beta !== 1)
    throw conflict(
      "objective 'iwae'",
      `beta ${config.beta}`,
      'an importance-weighted bound has no divergence of its own that could be weighted',
    );
  if (config.prior === 'vamp' && config.conditional)
    throw conflict(
      "prior 'vamp'",
      'conditional',
      'pseudo-inputs have no class; a conditional model has a standard normal prior',
    );
}

/**
 * Variational autoencoder (Kingma and Welling 2014): diagonal Gaussian posterior; standard normal prior or VampPrior
 * (Tomczak and Welling 2018). By class (Sohn et al. 2015) encoder and decoder are told the label by vectors of their own,
 * beside what the last layer of the encoder reads and beside the code; the prior is the same for all classes.
 *
 * Layers: `encoder/*`, `encoder/latent` (mean and log-variance heads), with a VampPrior `prior` (pseudo-inputs),
 * `decoder/*`, `decoder/output`. The objective is the negative ELBO in nats per example with one draw of the code, whose
 * divergence is exact for the normal prior and that draw's for a VampPrior; or the importance-weighted bound with
 * `importanceSamples` draws (Burda et al. 2016, eq. 8), its terms being means over the draws. Likelihood: the
 * importance-weighted bound of log p(x), by class of log p(x | class).
 */
export function createVae(input: VaeConfig): Model {
  const config = vaeSchema.parse(input);
  checkTogether(config);
  const { image, latent, beta } = config;
  const classes = classesOf(config);
  const told = classes === undefined ? 0 : latent;
  const coder = createCoder({ ...config, latent: latent + told });
  const output: OutputDistribution = outputDistributions[config.likelihood];
  const pixels = image[0] * image[1] * image[2];
  const [first] = coder.decoderLayers as [string];

  /** Beside what a layer reads, the vector of each example's class. */
  const withClass = (context: ModelContext, layer: string, h: Tensor): Tensor => {
    if (told === 0) return h;
    const vectors = embedding(context.parameter(`${layer}/class`), context.field('label'));
    return concat([h, expand(vectors, [...h.shape.slice(0, -1), told])], -1);
  };
  const headsOf = (context: ModelContext, h: Tensor): Posterior => ({
    mean: applyLinear(context, 'encoder/latent/mean', h),
    logVariance: applyLinear(context, 'encoder/latent/log-variance', h),
  });
  const posterior = (context: ModelContext): Posterior =>
    headsOf(context, withClass(context, 'encoder/latent', coder.encode(context, context.field('x'))));
  const drawn = (q: Posterior, noise: Tensor): Tensor =>
    add(q.mean, mul(exp(mul(q.logVariance, 0.5)), noise));
  /** What the decoder makes of codes [..., batch, latent]: [..., batch, c, h, w]. */
  const decode = (context: ModelContext, code: Tensor): Tensor => {
    const flat = reshape(withClass(context, first, code), [-1, latent + told]);
    return reshape(coder.decode(context, flat), [...code.shape.slice(0, -1), ...image]);
  };
  const prior =
    config.prior === 'normal'
      ? standardNormalPrior(latent)
      : vampPrior({ image, latent, count: config.pseudoInputs }, (context, x) =>
          headsOf(context, coder.encode({ ...context, batchSize: config.pseudoInputs }, x)),
        );

  /** Of several draws of the code, each [samples, batch] in nats. */
  const weigh = (context: ModelContext, samples: number | string) => {
    const q = posterior(context);
    const batch = context.batchSize;
    const code = drawn(q, context.noise('code', [samples, batch, latent], { batchAxis: 1 }));
    const x = reshape(context.field('x'), [1, batch, ...image]);
    const reconstruction = output.cost(context, decode(context, code), x);
    const expected = prior.cost(context, code);
    const chosen = sum(gaussianCost(code, q.mean, q.logVariance), -1);
    return {
      reconstruction,
      divergence: sub(expected, chosen),
      logWeights: sub(sub(chosen, expected), reconstruction),
    };
  };
  const negativeElbo = (context: ModelContext) => {
    if (config.prior === 'vamp') {
      const parts = weigh(context, 1);
      return { reconstruction: mean(parts.reconstruction, 0), divergence: mean(parts.divergence, 0) };
    }
    const q = posterior(context);
    const code = drawn(q, context.noise('code', q.mean.shape));
    return {
      reconstruction: output.cost(context, decode(context, code), context.field('x')),
      divergence: sum(standardNormalDivergence(q.mean, q.logVariance), 1),
    };
  };

  const classVectors = (layer: string): ParameterSpec[] =>
    classes === undefined
      ? []
      : [
          {
            name: `${layer}/class`,
            shape: [classes.length, told],
            layer,
            decay: false,
            initial: { draw: 'normal', deviation: 1 },
            rows: 'classes',
          },
        ];
  const heads = ['mean', 'log-variance'].flatMap((head) =>
    linearParameters(`encoder/latent/${head}`, coder.features + told, latent).map((p) => ({
      ...p,
      layer: 'encoder/latent',
    })),
  );
  const layers = [...coder.encoderLayers, 'encoder/latent', ...prior.layers, ...coder.decoderLayers];

  return {
    family: 'vae',
    config,
    fields: [{ name: 'x', shape: image, dtype: 'float32' }, ...(classes === undefined ? [] : [labelField])],
    ...(classes === undefined ? {} : { classes }),
    parameters: [
      ...coder.parameters,
      ...heads,
      ...prior.parameters,
      ...classVectors('encoder/latent'),
      ...classVectors(first),
      ...output.parameters('decoder/output', image[0]),
    ],
    state: [],
    layers,
    players: [
      {
        name: 'model',
        layers,
        unit: 'nats per example',
        objective(context) {
          if (config.objective === 'elbo') {
            const terms = negativeElbo(context);
            return { cost: add(terms.reconstruction, mul(terms.divergence, beta)), terms };
          }
          const { reconstruction, divergence, logWeights } = weigh(context, config.importanceSamples);
          return {
            cost: sub(Math.log(config.importanceSamples), logsumexp(logWeights, 0)),
            terms: { reconstruction: mean(reconstruction, 0), divergence: mean(divergence, 0) },
          };
        },
      },
    ],
    sampler: {
      kind: 'latent',
      latent: prior.numbers,
      decode: (context, numbers) => output.mean(decode(context, prior.draw(context, numbers))),
    },
    likelihood: {
      kind: 'bound',
      dimensions: pixels,
      support: output.support,
      logWeights: (context, samples) => weigh(context, samples).logWeights,
    },
    encode: (context) => posterior(context).mean,
    reconstruct: (context) => output.mean(decode(context, posterior(context).mean)),
  };
}
