import { isOp, type Tensor } from '../../tensor/tensor.ts';

/** What a tensor is with its first two axes swapped, if that is how it came to be. */
export function unswapped({ node }: Tensor): Tensor | undefined {
  if (!isOp(node, 'transpose')) return undefined;
  const swapped = node.attributes.permutation.every((axis, i) => axis === (i < 2 ? 1 - i : i));
  return swapped ? node.inputs[0] : undefined;
}
