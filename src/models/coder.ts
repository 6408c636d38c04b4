import { z } from 'zod';
import { activationNames } from './activation.ts';
import { convolutionalCoder } from './convolutional-coder.ts';
import { type Coder, denseCoder } from './dense-coder.ts';
import { imageShape, upTo } from './size-schema.ts';

const size = upTo(1_000_000);

/** What the families with an encoder and a decoder share. */
export const coderSchema = z.strictObject({
  image: imageShape,
  architecture: z.enum(['dense', 'convolutional']).default('dense').describe('layers of encoder and decoder'),
  hidden: z
    .array(size)
    .max(100)
    .default([400])
    .describe('widths of the hidden layers of the dense architecture, from input to code'),
  channels: z
    .array(size)
    .max(16)
    .default([32, 64])
    .describe('channels of the layers of the convolutional architecture, each of which halves both sides'),
  latent: size.default(32).describe('length of the code'),
  activation: z.enum(activationNames).default('relu').describe('non-linearity of the hidden layers'),
});

export function createCoder(config: z.output<typeof coderSchema>): Coder {
  return config.architecture === 'dense' ? denseCoder(config) : convolutionalCoder(config);
}
