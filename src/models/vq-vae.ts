import { z } from 'zod';
import { constant } from '../tensor/build.ts';
import { concat, expand, gather, reshape, slice, transpose } from '../tensor/functions/arrangement.ts';
import {
  add,
  cast,
  clamp,
  equal,
  erf,
  floor,
  less,
  minimum,
  mul,
  neg,
  square,
  stopGradient,
  sub,
  where,
} from '../tensor/functions/elementwise.ts';
import { crossEntropyEach, softmax } from '../tensor/functions/loss.ts';
import { cumsum, sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { activationNames } from './activation.ts';
import { quantise, straightThrough } from './code-book.ts';
import { gridCoder } from './grid-coder.ts';
import type { Model, ModelContext } from './model.ts';
import { nestedContext } from './nested-context.ts';
import {
  type OutputDistribution,
  outputDistributionNames,
  outputDistributions,
} from './output-distribution.ts';
import { imageShape, upTo } from './size-schema.ts';
import { createTransformer } from './transformer.ts';

const size = upTo(1_000_000);

/** Configuration of a VQ-VAE of images. */
export const vqVaeSchema = z.strictObject({
  image: imageShape,
  channels: z
    .array(size)
    .min(1)
    .max(16)
    .default([32, 64])
    .describe('channels of the layers of encoder and decoder, each of which halves or doubles both sides'),
  codes: upTo(65_536).default(128).describe('entries of the code book'),
  vector: size.default(16).describe('length of an entry'),
  commitment: z
    .number()
    .min(0)
    .default(0.25)
    .describe('weight of the distance of the vectors of the encoder from their entries'),
  activation: z.enum(activationNames).default('relu').describe('non-linearity of encoder and decoder'),
  likelihood: z
    .enum(outputDistributionNames)
    .default('bernoulli')
    .describe('distribution of a pixel given the codes'),
  priorLayers: upTo(1000).default(2).describe('blocks of the transformer that is the prior of the codes'),
  priorHeads: size.default(4).describe('its attention heads'),
  priorWidth: size.default(64).describe('its width; a multiple of priorHeads'),
  priorDropout: z.number().min(0).lt(1).default(0).describe('share of its values that training drops'),
  priorUpdates: upTo(1000).default(1).describe('updates of the prior for each of the codes'),
  temperature: z
    .number()
    .positive()
    .max(100)
    .default(1)
    .describe('of samples: below 1 likely codes are drawn more often than the prior has them'),
});

export type VqVaeConfig = z.input<typeof vqVaeSchema>;

/**
 * Vector-quantised variational autoencoder (van den Oord et al. 2017) with a transformer as prior of its codes, row by row.
 *
 * Layers: `encoder/*`, `encoder/latent` (1x1 convolution to vectors), `codebook`, `decoder/*`, `decoder/output`;
 * `prior/embedding`, `prior/block/0` ..., `prior/output`. Players in order: `codes` trains the first group on eq. 3
 * (reconstruction in nats, squared distances of entries to vectors, and of vectors to entries times `commitment`, both
 * summed over the grid), with the gradient of the decoder's input handed to the encoder; `prior` trains the second on the
 * cross-entropy of the codes as they are at its turn. Its cost is the negative bound, so that looks at validation measure
 * both.
 *
 * Likelihood: log p(x | codes) + log p(codes) for the codes that the encoder gives, a lower bound of log p(x). The
 * posterior is one choice of codes, so that further draws are equal and do not tighten it.
 *
 * Sampling is a step for each place of the grid: the start's normal number of a place chooses its code from the prior.
 *
 * Deviation: the authors train the prior when the autoencoder is done; here both take turns in each step, and the rates
 * of a schedule let the codes settle.
 */
export function createVqVae(input: VqVaeConfig): Model {
  const config = vqVaeSchema.parse(input);
  const { image, codes: count, vector, commitment } = config;
  const coder = gridCoder(config);
  const output: OutputDistribution = outputDistributions[config.likelihood];
  const places = coder.grid[0] * coder.grid[1];
  // Its last token stands before the first code.
  const prior = createTransformer({
    vocabulary: count + 1,
    context: places,
    layers: config.priorLayers,
    heads: config.priorHeads,
    width: config.priorWidth,
    dropout: config.priorDropout,
    tied: false,
  });
  const under = (name: string) => `prior/${name}`;
  const codeLayers = [...coder.encoderLayers, 'codebook', ...coder.decoderLayers];
  const priorLayers = prior.layers.map(under);

  /** Vectors of the encoder [batch * places, vector] with what they become. */
  const coded = (context: ModelContext) => {
    const grid = coder.encode(context, context.field('x'));
    const vectors = reshape(transpose(grid, [0, 2, 3, 1]), [-1, vector]);
    return { vectors, ...quantise(context.parameter('codebook/weight'), vectors) };
  };
  const decode = (context: ModelContext, vectors: Tensor): Tensor =>
    coder.decode(
      context,
      transpose(reshape(vectors, [context.batchSize, ...coder.grid, vector]), [0, 3, 1, 2]),
    );
  /** Scores [batch, places, count] of the code of each place, given those before it: codes int32 [batch, places]. */
  const scores = (context: ModelContext, codes: Tensor): Tensor => {
    const start = expand(constant(Int32Array.of(count), [1, 1]), [context.batchSize, 1]);
    const tokens = places === 1 ? start : concat([start, slice(codes, 1, 0, places - 1)], 1);
    const sampler = prior.sampler as Extract<Model['sampler'], { kind: 'autoregressive' }>;
    return slice(sampler.logits(nestedContext(context, 'prior', { tokens }), places), 2, 0, count);
  };
  /** Nats of the image and of its codes, each [batch]. */
  const parts = (context: ModelContext) => {
    const { codes, entries } = coded(context);
    const onGrid = reshape(codes, [context.batchSize, places]);
    return {
      reconstruction: output.cost(context, decode(context, entries), context.field('x')),
      prior: sum(crossEntropyEach(scores(context, onGrid), onGrid), 1),
    };
  };

  return {
    family: 'vq-vae',
    config,
    fields: [{ name: 'x', shape: image, dtype: 'float32' }],
    parameters: [
      ...coder.parameters,
      {
        name: 'codebook/weight',
        shape: [count, vector],
        layer: 'codebook',
        decay: false,
        // Entries as long as the first vectors of the encoder are.
        initial: { draw: 'normal', deviation: 0.1 },
      },
      ...output.parameters('decoder/output', image[0]),
      ...prior.parameters.map((p) => ({ ...p, name: under(p.name), layer: under(p.layer) })),
    ],
    state: [],
    linears: (prior.linears ?? []).map(under),
    layers: [...codeLayers, ...priorLayers],
    players: [
      {
        name: 'codes',
        layers: codeLayers,
        unit: 'nats per example, with distances of codes',
        objective(context) {
          const { vectors, entries } = coded(context);
          const distance = (a: Tensor, b: Tensor) =>
            sum(reshape(square(sub(a, b)), [context.batchSize, places * vector]), 1);
          const passed = straightThrough(vectors, entries);
          const reconstruction = output.cost(context, decode(context, passed), context.field('x'));
          const entry = distance(entries, stopGradient(vectors));
          const commit = distance(vectors, stopGradient(entries));
          return {
            cost: add(add(reconstruction, entry), mul(commit, commitment)),
            terms: { reconstruction, distance: entry },
          };
        },
      },
      {
        name: 'prior',
        layers: priorLayers,
        unit: 'nats per example',
        repeats: config.priorUpdates,
        objective(context) {
          const terms = parts(context);
          return { cost: add(terms.reconstruction, terms.prior), terms };
        },
      },
    ],
    sampler: {
      kind: 'iterative',
      shape: [places],
      steps: Array.from({ length: places }, (_, i) => [i]),
      noisy: false,
      settings: ['temperature'],
      step(context, { state, numbers }) {
        const at = constant(
          Float64Array.from({ length: places }, (_, i) => i),
          [places],
        );
        const known = cast(where(less(at, numbers), state, 0), 'int32');
        const here = gather(scores(context, known), cast(numbers, 'int32'), 1);
        const shares = softmax(mul(reshape(here, [context.batchSize, count]), 1 / config.temperature));
        const own = sum(where(equal(at, numbers), state, 0), 1, true);
        const draw = mul(add(erf(mul(own, Math.SQRT1_2)), 1), 0.5);
        const below = sum(cast(less(cumsum(shares, 1), draw), 'float32'), 1, true);
        return where(equal(at, numbers), minimum(below, count - 1), state);
      },
      finish(state, context) {
        const codes = cast(clamp(floor(state), 0, count - 1), 'int32');
        const entries = gather(context.parameter('codebook/weight'), reshape(codes, [-1]));
        return output.mean(decode(context, entries));
      },
    },
    likelihood: {
      kind: 'bound',
      single: true,
      dimensions: image[0] * image[1] * image[2],
      support: output.support,
      logWeights(context, samples) {
        const { reconstruction, prior: codes } = parts(context);
        const bound = neg(add(reconstruction, codes));
        return expand(reshape(bound, [1, context.batchSize]), [samples, context.batchSize]);
      },
    },
    codes: {
      entries: count,
      of: (context) => reshape(cast(coded(context).codes, 'float32'), [context.batchSize, places]),
    },
    encode: (context) => reshape(coded(context).entries, [context.batchSize, places * vector]),
    reconstruct: (context) => output.mean(decode(context, coded(context).entries)),
  };
}
