import { reshape, transpose } from '../../tensor/functions/arrangement.ts';
import { mul } from '../../tensor/functions/elementwise.ts';
import { sameShape } from '../../tensor/shape.ts';
import { isOp, type Node, type Tensor } from '../../tensor/tensor.ts';
import { scalarOf } from '../lower-rules/scalar.ts';
import type { Uses } from './rewrite-nodes.ts';

/**
 * Moves a scalar factor behind a reshape or transpose that only matrix products read, where the product's own factor
 * takes it up.
 */
export function moveScalars(node: Node, original: Node, uses: Uses): readonly Tensor[] | undefined {
  if (!isOp(node, 'reshape') && !isOp(node, 'transpose')) return undefined;
  const result = original.outputs[0]!;
  if (uses.isOutput(result) || uses.readers(result).some((reader) => !isOp(reader, 'matmul')))
    return undefined;
  const scaled = node.inputs[0]!;
  if (!isOp(scaled.node, 'mul')) return undefined;
  const [x, factor] = scaled.node.inputs as [Tensor, Tensor];
  const value = scalarOf(factor);
  if (value === undefined || !sameShape(x.shape, scaled.shape)) return undefined;
  const moved = isOp(node, 'reshape')
    ? reshape(x, node.attributes.shape)
    : transpose(x, node.attributes.permutation);
  return [mul(moved, value)];
}
