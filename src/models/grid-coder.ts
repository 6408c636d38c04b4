import { conv, convTranspose } from '../tensor/functions/linear.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Activation, activate } from './activation.ts';
import { requireHalvings } from './halvings.ts';
import { kernelParameters } from './kernel-parameters.ts';
import type { ModelContext } from './model.ts';

/** The two networks of a model whose code is a grid of vectors. */
export interface GridCoder {
  readonly encoderLayers: readonly string[];
  readonly decoderLayers: readonly string[];
  readonly parameters: readonly ParameterSpec[];
  /** Height and width of the grid. */
  readonly grid: readonly [number, number];
  /** x [batch, c, h, w] -> vectors [batch, vector, ...grid] */
  encode(context: ModelContext, x: Tensor): Tensor;
  /** [batch, vector, ...grid] -> [batch, c, h, w] before any output non-linearity */
  decode(context: ModelContext, vectors: Tensor): Tensor;
}

const halving = { stride: 2, padding: 1 } as const;

/**
 * Convolutional networks between images and grids of vectors. Encoder: layers that halve both sides (4x4, stride 2), then
 * a 1x1 convolution to vectors. Decoder: a 3x3 convolution, then transposed convolutions that double both sides.
 */
export function gridCoder(options: {
  readonly image: readonly [number, number, number];
  readonly channels: readonly number[];
  readonly vector: number;
  readonly activation: Activation;
}): GridCoder {
  const { image, channels, vector, activation } = options;
  const [colours, height, width] = image;
  requireHalvings('channels of a convolutional network', channels, height, width);
  const factor = 2 ** channels.length;
  const last = channels[channels.length - 1]!;
  const down = channels.map((_, i) => `encoder/${i}`);
  const widths = [...channels.slice(0, -1).reverse(), colours];
  const up = widths.map((_, i) => (i === widths.length - 1 ? 'decoder/output' : `decoder/${i + 1}`));
  const weights = (context: ModelContext, layer: string) =>
    [context.parameter(`${layer}/weight`), context.parameter(`${layer}/bias`)] as const;
  return {
    encoderLayers: [...down, 'encoder/latent'],
    decoderLayers: ['decoder/0', ...up],
    parameters: [
      ...down.flatMap((layer, i) =>
        kernelParameters(layer, [channels[i]!, channels[i - 1] ?? colours], 4, channels[i]!),
      ),
      ...kernelParameters('encoder/latent', [vector, last], 1, vector),
      ...kernelParameters('decoder/0', [last, vector], 3, last),
      ...up.flatMap((layer, i) =>
        kernelParameters(layer, [widths[i - 1] ?? last, widths[i]!], 4, widths[i]!),
      ),
    ],
    grid: [height / factor, width / factor],
    encode(context, x) {
      const h = down.reduce(
        (v, layer) => activate(activation, conv(v, ...weights(context, layer), halving)),
        x,
      );
      return conv(h, ...weights(context, 'encoder/latent'));
    },
    decode(context, vectors) {
      const start = activate(activation, conv(vectors, ...weights(context, 'decoder/0'), { padding: 1 }));
      return up.reduce((v, layer, i) => {
        const y = convTranspose(v, ...weights(context, layer), halving);
        return i === up.length - 1 ? y : activate(activation, y);
      }, start);
    },
  };
}
