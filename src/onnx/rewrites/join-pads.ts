import { concat } from '../../tensor/functions/arrangement.ts';
import { type Shape, sameShape } from '../../tensor/shape.ts';
import { isOp, type Node, type Tensor } from '../../tensor/tensor.ts';

/** A tensor among zeros along one axis. */
interface Piece {
  readonly tensor: Tensor;
  readonly axis: number;
  readonly start: number;
}

/**
 * A sum of tensors that zeros pad to one size, none overlapping and nothing left free, is their concatenation: what
 * the gradient of a split adds up.
 */
export function joinPads(node: Node): readonly Tensor[] | undefined {
  if (!isOp(node, 'add')) return undefined;
  const pieces: Piece[] = [];
  if (!node.inputs.every((term) => collect(term, node.outputs[0]!.shape, pieces))) return undefined;
  const { axis } = pieces[0]!;
  if (pieces.some((piece) => piece.axis !== axis)) return undefined;
  pieces.sort((a, b) => a.start - b.start);
  let end = 0;
  for (const { tensor, start } of pieces) {
    if (start !== end) return undefined;
    end += tensor.shape[axis] as number;
  }
  if (end !== node.outputs[0]!.shape[axis]) return undefined;
  return [
    concat(
      pieces.map((piece) => piece.tensor),
      axis,
    ),
  ];
}

/** Adds the pieces of a sum to the list; false where something else is in it, or a term of another shape. */
function collect({ node, shape }: Tensor, whole: Shape, pieces: Piece[]): boolean {
  if (!sameShape(shape, whole)) return false;
  if (isOp(node, 'add')) return node.inputs.every((term) => collect(term, whole, pieces));
  if (!isOp(node, 'pad') || node.attributes.value !== 0) return false;
  const { before, after } = node.attributes;
  const axes = before.flatMap((n, axis) => (n !== 0 || after[axis] !== 0 ? [axis] : []));
  const [axis] = axes;
  if (axes.length !== 1 || axis === undefined || before[axis]! < 0 || after[axis]! < 0) return false;
  pieces.push({ tensor: node.inputs[0]!, axis, start: before[axis]! });
  return true;
}
