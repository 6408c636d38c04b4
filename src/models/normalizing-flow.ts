import { z } from 'zod';
import { GraftError } from '../errors.ts';
import {
  concat,
  pixelShuffle,
  pixelUnshuffle,
  reshape,
  slice,
  split,
} from '../tensor/functions/arrangement.ts';
import { add, clamp, floor, mul, neg, square, sub } from '../tensor/functions/elementwise.ts';
import { sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type FlowStep, flowForward, flowInverse, flowStepParameters } from './flow-step.ts';
import type { Model, ModelContext } from './model.ts';
import { imageShape, upTo } from './size-schema.ts';

/** Levels of the pixels; undefined where they are continuous. */
const levelsOf = { levels: 256, binary: 2, density: undefined } as const;

/** Configuration of a normalising flow of images. */
export const normalizingFlowSchema = z.strictObject({
  image: imageShape,
  scales: upTo(16)
    .default(2)
    .describe(
      'resolutions: at each the sides are halved, and before the next one half of the channels is done',
    ),
  depth: upTo(1000).default(6).describe('steps of the flow at each resolution'),
  hidden: upTo(65_536).default(64).describe('channels of the network of each coupling'),
  likelihood: z
    .enum(['levels', 'binary', 'density'])
    .default('levels')
    .describe('what pixels are: 256 levels or 0 and 1, to which uniform noise is added, or real values'),
});

export type NormalizingFlowConfig = z.input<typeof normalizingFlowSchema>;

/** One resolution of a flow. */
interface Scale {
  readonly steps: readonly FlowStep[];
  /** Channels, height and width behind its squeeze. */
  readonly shape: readonly [number, number, number];
  /** Channels that are done behind its steps. */
  readonly done: number;
}

/**
 * Normalising flow of images: a chain of invertible steps from an image to a standard normal vector, in the manner of
 * RealNVP (Dinh et al. 2017) with Glow's steps (Kingma and Dhariwal 2018; see `flowForward`). At each scale 2x2 squares
 * of pixels become channels and `depth` steps follow; behind every scale but the last half of the channels are done.
 *
 * Log-density: that of the normal vector plus the logarithms of all volume changes, exactly. Pixels of L levels k are
 * dequantised, (k + u) / L with u uniform in [0, 1), of which the probability of a level is the mean density over u over
 * L: log-weights of draws of u bound it from below (Theis et al. 2016), tighter with more draws (Ho et al. 2019).
 *
 * Layers: the steps in the order of sampling, so that the last one, `scale/0/0`, makes pixels.
 */
export function createNormalizingFlow(input: NormalizingFlowConfig): Model {
  const config = normalizingFlowSchema.parse(input);
  const { image } = config;
  const scales = scalesOf(config);
  const dimensions = image[0] * image[1] * image[2];
  const levels = levelsOf[config.likelihood];

  /** y [n, ...image] around 0 -> latent vectors [n, dimensions], log-densities [n]. */
  const normalise = (context: ModelContext, y: Tensor): { latent: Tensor; logDensity: Tensor } => {
    const parts: Tensor[] = [];
    const volumes: Tensor[] = [];
    let h = y;
    for (const { steps, done } of scales) {
      h = pixelUnshuffle(h, 2);
      for (const step of steps) {
        const { output, logVolume } = flowForward(context, step, h);
        h = output;
        volumes.push(logVolume);
      }
      const channels = h.shape[1] as number;
      if (done === channels) parts.push(h);
      else {
        const [rest, part] = split(h, [channels - done, done], 1) as [Tensor, Tensor];
        parts.push(part);
        h = rest;
      }
    }
    const flat = parts.map((part) => reshape(part, [part.shape[0]!, sizeOfPart(part)]));
    const latent = concat(flat, 1);
    const prior = add(mul(sum(square(latent), 1), -0.5), -0.5 * dimensions * Math.log(2 * Math.PI));
    return { latent, logDensity: volumes.reduce((total, volume) => add(total, volume), prior) };
  };

  /** Latent vectors [n, dimensions] -> y [n, ...image]. */
  const generate = (context: ModelContext, latent: Tensor): Tensor => {
    let end = dimensions;
    let h: Tensor | undefined;
    for (const { steps, shape, done } of [...scales].reverse()) {
      const [, height, width] = shape;
      const size = done * height * width;
      const part = reshape(slice(latent, 1, end - size, end), [latent.shape[0]!, done, height, width]);
      end -= size;
      h = h === undefined ? part : concat([h, part], 1);
      for (const step of [...steps].reverse()) h = flowInverse(context, step, h);
      h = pixelShuffle(h, 2);
    }
    return h!;
  };

  /** Pixels in [0, 1] as the flow sees them, uniform noise filling the place of each level. */
  const placed = (x: Tensor, noise: Tensor | undefined): Tensor =>
    levels === undefined ? sub(x, 0.5) : sub(mul(add(mul(x, levels - 1), noise!), 1 / levels), 0.5);
  /** A level takes 1 / L of the room. */
  const logRoom = levels === undefined ? 0 : -dimensions * Math.log(levels);
  const logWeights = (context: ModelContext, samples: number | string): Tensor => {
    const batch = context.batchSize;
    const x = reshape(context.field('x'), [1, batch, ...image]);
    const noise =
      levels === undefined
        ? undefined
        : context.noise('dequantise', [samples, batch, ...image], { kind: 'uniform', batchAxis: 1 });
    const y = reshape(placed(x, noise), [-1, ...image]);
    return reshape(add(normalise(context, y).logDensity, logRoom), [
      levels === undefined ? 1 : samples,
      batch,
    ]);
  };
  const layers = scales.flatMap(({ steps }) => steps.map(({ layer }) => layer)).reverse();

  return {
    family: 'normalizing-flow',
    config,
    fields: [{ name: 'x', shape: image, dtype: 'float32' }],
    parameters: scales.flatMap(({ steps }) => steps.flatMap(flowStepParameters)),
    state: [],
    layers,
    players: [
      {
        name: 'model',
        layers,
        unit: 'nats per example',
        objective: (context) => ({ cost: reshape(neg(logWeights(context, 1)), [context.batchSize]) }),
      },
    ],
    sampler: {
      kind: 'latent',
      latent: dimensions,
      decode: (context, latent) => {
        const y = add(generate(context, latent), 0.5);
        return clamp(levels === undefined ? y : mul(floor(mul(y, levels)), 1 / (levels - 1)), 0, 1);
      },
    },
    likelihood: {
      kind: levels === undefined ? 'exact' : 'bound',
      dimensions,
      support: config.likelihood === 'density' ? 'real' : config.likelihood,
      logWeights,
    },
    // The latent vector of the middle of each level's place.
    encode: (context) => {
      const x = context.field('x');
      const middle = levels === undefined ? x : mul(add(mul(x, levels - 1), 0.5), 1 / levels);
      return normalise(context, sub(middle, 0.5)).latent;
    },
  };
}

const sizeOfPart = ({ shape }: Tensor): number =>
  shape.slice(1).reduce<number>((n, d) => n * (d as number), 1);

function scalesOf({ image, scales, depth, hidden }: z.output<typeof normalizingFlowSchema>): Scale[] {
  const [colours, height, width] = image;
  if (height % 2 ** scales !== 0 || width % 2 ** scales !== 0)
    throw new GraftError('invalid-value', {
      what: 'scales of a normalising flow',
      received: scales,
      allowed: `as many as halve both sides of images of ${height}x${width} without remainder`,
    });
  let channels = colours;
  return Array.from({ length: scales }, (_, i) => {
    channels *= 4;
    const shape = [channels, height / 2 ** (i + 1), width / 2 ** (i + 1)] as const;
    const steps = Array.from(
      { length: depth },
      (__, k): FlowStep => ({ layer: `scale/${i}/${k}`, channels: shape[0], hidden }),
    );
    const done = i === scales - 1 ? channels : channels / 2;
    channels -= done;
    return { steps, shape, done };
  });
}
