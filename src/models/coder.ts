import { z } from 'zod';
import { activationNames } from './activation.ts';
import { convolutionalCoder } from './convolutional-coder.ts';
import { type Coder, denseCoder } from './dense-coder.ts';

const size = z.number().int().positive();

/** What the families with an encoder and a decoder share. */
export const coderSchema = z.strictObject({
  /** Channels, height, width. */
  image: z.tuple([size, size, size]),
  architecture: z.enum(['dense', 'convolutional']).default('dense'),
  /** Widths of the hidden layers of the dense architecture, from input to code. */
  hidden: z.array(size).default([400]),
  /** Channels of the layers of the convolutional architecture, each of which halves both sides. */
  channels: z.array(size).default([32, 64]),
  /** Length of the code. */
  latent: size.default(32),
  activation: z.enum(activationNames).default('relu'),
});

export function createCoder(config: z.output<typeof coderSchema>): Coder {
  return config.architecture === 'dense' ? denseCoder(config) : convolutionalCoder(config);
}
