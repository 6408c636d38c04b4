import { geluFromParts, geluParts } from '../../tensor/functions/gelu-parts.ts';
import { isOp, type Node, type Tensor } from '../../tensor/tensor.ts';
import type { Uses } from './rewrite-nodes.ts';

/**
 * Writes GELU by its parts where its operand is read again, as the backward pass does: one error function then serves
 * both passes.
 */
export function splitGelu(node: Node, original: Node, uses: Uses): readonly Tensor[] | undefined {
  if (!isOp(node, 'gelu') || uses.readers(original.inputs[0]!).length < 2) return undefined;
  return [geluFromParts(geluParts(node.inputs[0]!, node.attributes.approximate))];
}
