import { reshape } from '../tensor/functions/arrangement.ts';
import { conv, convTranspose } from '../tensor/functions/linear.ts';
import { type Activation, activate } from './activation.ts';
import { applyLinear, type Coder, linearParameters } from './dense-coder.ts';
import { requireHalvings } from './halvings.ts';
import { kernelParameters } from './kernel-parameters.ts';

const KERNEL = 4;
const step = { stride: 2, padding: 1 } as const;

/**
 * Convolutional networks: each encoder layer halves height and width (4x4, stride 2, padding 1); the decoder starts
 * with a linear layer and doubles them back by transposed convolutions.
 */
export function convolutionalCoder(options: {
  image: readonly [number, number, number];
  channels: readonly number[];
  latent: number;
  activation: Activation;
}): Coder {
  const { image, channels, latent, activation } = options;
  const [colours, height, width] = image;
  requireHalvings('channels of a convolutional network', channels, height, width);
  const factor = 2 ** channels.length;
  const last = channels[channels.length - 1]!;
  const grid = [last, height / factor, width / factor] as const;
  const features = grid[0] * grid[1] * grid[2];
  const encoderLayers = channels.map((_, i) => `encoder/${i}`);
  const up = [...channels.slice(0, -1).reverse(), colours];
  const upLayers = up.map((_, i) => (i === up.length - 1 ? 'decoder/output' : `decoder/${i + 1}`));
  const decoderLayers = ['decoder/0', ...upLayers];
  const parameters = [
    ...encoderLayers.flatMap((layer, i) =>
      kernelParameters(layer, [channels[i]!, i === 0 ? colours : channels[i - 1]!], KERNEL, channels[i]!),
    ),
    ...linearParameters('decoder/0', latent, features),
    ...upLayers.flatMap((layer, i) =>
      kernelParameters(layer, [i === 0 ? last : up[i - 1]!, up[i]!], KERNEL, up[i]!),
    ),
  ];
  return {
    encoderLayers,
    decoderLayers,
    parameters,
    features,
    encode(context, x) {
      const h = encoderLayers.reduce(
        (v, layer) =>
          activate(
            activation,
            conv(v, context.parameter(`${layer}/weight`), context.parameter(`${layer}/bias`), step),
          ),
        x,
      );
      return reshape(h, [x.shape[0]!, features]);
    },
    decode(context, z) {
      const start = activate(activation, applyLinear(context, 'decoder/0', z));
      return upLayers.reduce(
        (v, layer, i) => {
          const y = convTranspose(
            v,
            context.parameter(`${layer}/weight`),
            context.parameter(`${layer}/bias`),
            step,
          );
          return i === upLayers.length - 1 ? y : activate(activation, y);
        },
        reshape(start, [z.shape[0]!, ...grid]),
      );
    },
  };
}
