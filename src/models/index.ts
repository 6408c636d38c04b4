import type { z } from 'zod';
import { lookUp } from '../errors.ts';
import { autoencoderSchema, createAutoencoder } from './autoencoder.ts';
import type { Model } from './model.ts';
import { createTransformer, transformerSchema } from './transformer.ts';
import { createVae, vaeSchema } from './vae.ts';

/** A kind of generative model. */
export interface Family {
  readonly title: string;
  /** What its data are. */
  readonly domain: 'image' | 'text';
  /** Raised whenever the same configuration would train differently. */
  readonly version: number;
  readonly schema: z.ZodObject;
  /** Options that follow from the data and are therefore not written in a study file. */
  readonly fromData: readonly string[];
  create(config: never): Model;
}

/** Every family by the name that a study file uses. */
export const families = {
  vae: {
    title: 'Variational autoencoder',
    domain: 'image',
    version: 1,
    schema: vaeSchema,
    fromData: ['image'],
    create: createVae,
  },
  autoencoder: {
    title: 'Autoencoder',
    domain: 'image',
    version: 1,
    schema: autoencoderSchema,
    fromData: ['image'],
    create: createAutoencoder,
  },
  transformer: {
    title: 'Transformer language model',
    domain: 'text',
    version: 1,
    schema: transformerSchema,
    fromData: ['vocabulary'],
    create: createTransformer,
  },
} satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;

/** The model of a family name and a configuration read from JSON. */
export function createModel(family: string, config: unknown): Model {
  const entry: Family = lookUp('model family', families as Record<string, Family>, family);
  return entry.create(config as never);
}
