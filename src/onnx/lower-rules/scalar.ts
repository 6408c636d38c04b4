import { sizeOf } from '../../tensor/shape.ts';
import { isOp, type Tensor } from '../../tensor/tensor.ts';

/** The value of a constant of one element, also behind an expand, a reshape or a stop-gradient. */
export function scalarOf(tensor: Tensor): number | undefined {
  const { node } = tensor;
  if (isOp(node, 'constant'))
    return sizeOf(node.attributes.shape) === 1 ? node.attributes.data[0] : undefined;
  if (isOp(node, 'expand') || isOp(node, 'reshape') || isOp(node, 'stop-gradient'))
    return scalarOf(node.inputs[0]!);
  return undefined;
}
