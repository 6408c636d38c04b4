import { z } from 'zod';
import { autoencoderSchema } from '../models/autoencoder.ts';
import { classifierSchema } from './classifier.ts';

const rate = z.number().min(0).max(1);

/** Images of one kind, and how well the network does on them. */
const group = z.object({
  style: z.string(),
  script: z.string(),
  /** 'held-out typefaces' of styles that it was trained on, or 'styles never trained on'. */
  images: z.string(),
  count: z.int().positive(),
});

/** What is known of a feature network: `data/features/<name>.json`, written by the script that trains it. */
export const networkCard = z.object({
  name: z.string(),
  title: z.string(),
  /** SHA-256 of the weights file. */
  sha256: z.string(),
  /** Length of the feature vector. */
  dimension: z.int().positive(),
  architecture: z.discriminatedUnion('family', [
    z.object({ family: z.literal('classifier'), config: classifierSchema }),
    z.object({ family: z.literal('autoencoder'), config: autoencoderSchema }),
  ]),
  training: z.object({
    dataset: z.string(),
    /** SHA-256 of the data file. */
    data: z.string(),
    images: z.int().positive(),
    styles: z.array(z.string()),
    scripts: z.array(z.string()),
    families: z.array(z.string()),
    heldOutFamilies: z.array(z.string()),
    steps: z.int(),
    batch: z.int(),
    learningRate: z.number(),
    seed: z.int(),
    command: z.string(),
  }),
  /** Share of images whose most probable class is right. */
  accuracy: z.array(group.extend({ accuracy: rate })).optional(),
  /** Share of images whose nearest neighbour by features, in another typeface of the same kind, is the same character. */
  neighbourAccuracy: z.array(group.extend({ accuracy: rate, chance: rate })),
  /** Shares of images whose most probable class, `noClass` aside, has at least the probability `threshold`. */
  recognition: z
    .object({
      threshold: rate,
      /** Index of the class that stands for 'no character'. */
      noClass: z.int().min(0),
      real: z.array(group.extend({ recognised: rate })),
      /** Made from real images so that they show no character. */
      spoilt: z.array(z.object({ images: z.string(), count: z.int(), recognised: rate })),
    })
    .optional(),
});

export type NetworkCard = z.output<typeof networkCard>;
