import { reshape } from '../tensor/functions/arrangement.ts';
import { linear } from '../tensor/functions/linear.ts';
import { fanIn, type ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Activation, activate } from './activation.ts';
import type { ModelContext } from './model.ts';

/** The two networks of an autoencoding model of images, without the heads that give codes their meaning. */
export interface Coder {
  readonly encoderLayers: readonly string[];
  readonly decoderLayers: readonly string[];
  readonly parameters: readonly ParameterSpec[];
  /** Width of what `encode` gives. */
  readonly features: number;
  /** x [batch, c, h, w] -> [batch, features] */
  encode(context: ModelContext, x: Tensor): Tensor;
  /** z [batch, latent] -> [batch, c, h, w] before any output non-linearity */
  decode(context: ModelContext, z: Tensor): Tensor;
}

/** Weight [out, in] and bias [out] of a linear layer. */
export function linearParameters(layer: string, inputs: number, outputs: number): ParameterSpec[] {
  return [
    { name: `${layer}/weight`, shape: [outputs, inputs], layer, decay: true, initial: fanIn(inputs) },
    { name: `${layer}/bias`, shape: [outputs], layer, decay: false, initial: fanIn(inputs) },
  ];
}

export const applyLinear = (context: ModelContext, layer: string, x: Tensor): Tensor =>
  linear(x, context.parameter(`${layer}/weight`), context.parameter(`${layer}/bias`));

/** Fully connected networks: pixels -> hidden widths -> features, and latent -> hidden widths in reverse -> pixels. */
export function denseCoder(options: {
  image: readonly [number, number, number];
  hidden: readonly number[];
  latent: number;
  activation: Activation;
}): Coder {
  const { image, hidden, latent, activation } = options;
  const pixels = image[0] * image[1] * image[2];
  const encoderLayers = hidden.map((_, i) => `encoder/${i}`);
  const back = [...hidden].reverse();
  const decoderLayers = [...back.map((_, i) => `decoder/${i}`), 'decoder/output'];
  const widths = [latent, ...back, pixels];
  const parameters = [
    ...encoderLayers.flatMap((layer, i) =>
      linearParameters(layer, i === 0 ? pixels : hidden[i - 1]!, hidden[i]!),
    ),
    ...decoderLayers.flatMap((layer, i) => linearParameters(layer, widths[i]!, widths[i + 1]!)),
  ];
  return {
    encoderLayers,
    decoderLayers,
    parameters,
    features: hidden[hidden.length - 1] ?? pixels,
    encode(context, x) {
      const flat = reshape(x, [context.batchSize, pixels]);
      return encoderLayers.reduce((h, layer) => activate(activation, applyLinear(context, layer, h)), flat);
    },
    decode(context, z) {
      const h = decoderLayers
        .slice(0, -1)
        .reduce((v, layer) => activate(activation, applyLinear(context, layer, v)), z);
      return reshape(applyLinear(context, 'decoder/output', h), [z.shape[0]!, ...image]);
    },
  };
}
