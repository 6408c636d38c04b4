import { expand, reshape } from '../functions/arrangement.ts';
import { sum } from '../functions/reduction.ts';
import type { OpName } from '../ops.ts';
import { type Shape, sameShape } from '../shape.ts';
import type { Node, Tensor } from '../tensor.ts';

/**
 * The gradient of a scalar with respect to each input of a node, given its gradients with respect to the outputs
 * (undefined where an output does not matter; at least one is given). undefined: no gradient flows to that input.
 */
export type GradientRule<O extends OpName> = (
  node: Node<O>,
  upstream: readonly (Tensor | undefined)[],
) => readonly (Tensor | undefined)[];

/** 'none': no gradient flows through the operation. */
export type GradientRules<O extends OpName = OpName> = { readonly [K in O]: GradientRule<K> | 'none' };

/** Sums a gradient over the axes along which an operand of the given shape was repeated. */
export function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  const extra = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((d, i) =>
    i < extra || (shape[i - extra] === 1 && d !== 1) ? [i] : [],
  );
  return reshape(sum(gradient, axes), shape);
}

/** A reduced gradient repeated along the reduced axes of `shape`. */
export function spread(gradient: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d));
  return expand(reshape(gradient, kept), shape);
}
