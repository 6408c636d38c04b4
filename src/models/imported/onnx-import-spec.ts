import { z } from 'zod';

/** Names of values in ONNX files may be numbers. */
const name = z.union([z.string().min(1), z.number()]).transform(String);
const perChannel = z.union([z.number().transform((v) => [v]), z.array(z.number()).min(1).max(1024)]);
const size = z.number().int().positive().max(1_000_000);
const image = z.union([
  z.tuple([size, size, size]),
  z
    .string()
    .regex(/^\d{1,4}x\d{1,5}x\d{1,5}$/, 'channels, height and width as 1x28x28')
    .transform((text) => text.split('x').map(Number) as [number, number, number]),
]);

/** What a person says about an ONNX model, as key=value. */
export const onnxImportSpec = z
  .strictObject({
    output: name.describe('name of the value to take as output in place of the first one'),
    code: name.describe(
      'autoencoders: name of the code (default: the narrowest value that the output depends on)',
    ),
    logVariance: name.describe(
      'autoencoders: name of the log-variance of the code, which makes it a variational autoencoder',
    ),
    input: name.describe('name of the input that is fed, where there are several'),
    image: image.describe('channels x height x width, where the file leaves it open'),
    context: size.describe('next-token: length of sequences, where the file leaves it open'),
    latent: size.describe('generators: length of the latent vector, where the file leaves it open'),
    mean: perChannel.describe('subtracted from pixels in 0..1, for all channels or for each'),
    std: perChannel.describe('divides pixels after that'),
    outputStd: perChannel.describe('multiplies the pixels that come out (0.5 where they are -1..1)'),
    outputMean: perChannel.describe('is added to them (0.5 where they are -1..1)'),
    loss: z.enum(['squared-error', 'bernoulli']).describe('what a reconstruction costs'),
    candidates: size
      .max(4096)
      .describe('generators: samples among which the nearest is trained (default 32)'),
    prior: z.enum(['normal', 'uniform']).describe('generators: latent vectors N(0, 1) or U(0, 1)'),
    fill: z
      .record(
        z.string(),
        z.union([
          z.enum(['zeros', 'ones', 'range']),
          z.number(),
          z.custom<`hot:${number}`>(
            (v) => typeof v === 'string' && /^hot:\d{1,6}$/.test(v),
            'zeros, ones, range, hot:3 or a number',
          ),
        ]),
      )
      .describe(
        'what other inputs hold: fill.NAME=zeros (ones, range, hot:3 for 1 at place 3 and 0 elsewhere, a number)',
      ),
    constants: z
      .array(name)
      .describe(
        'stored tensors that are no weights although the graph computes with them: constants=[NAME, ...]',
      ),
    freeze: z.boolean().describe('weights that no gradient reaches stay as they are'),
  })
  .partial();
