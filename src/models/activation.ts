import { elu, gelu, leakyRelu, relu, silu, softplus, tanh } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The non-linearities that a configuration can name. */
export const activations = {
  relu,
  'leaky-relu': (x: Tensor) => leakyRelu(x, 0.2),
  elu: (x: Tensor) => elu(x),
  gelu: (x: Tensor) => gelu(x),
  silu,
  tanh,
  softplus,
} satisfies Record<string, (x: Tensor) => Tensor>;

export type Activation = keyof typeof activations;
export const activationNames = Object.keys(activations) as [Activation, ...Activation[]];

export const activate = (name: Activation, x: Tensor): Tensor => activations[name](x);
