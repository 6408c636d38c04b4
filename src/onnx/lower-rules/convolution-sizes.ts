import { isConcrete, type Shape, sizeOf } from '../../tensor/shape.ts';
import type { Node, Tensor } from '../../tensor/tensor.ts';

/** Below this many multiplications the bringing into blocked order costs more than it saves. */
export const WORTHWHILE = 1e6;

export interface ConvolutionSizes {
  readonly x: readonly number[];
  readonly w: readonly number[];
  /** Multiplications, those of padding included. */
  readonly operations: number;
}

/**
 * The sizes of a two-dimensional convolution without groups; the batch may be open and counts as 1. Undefined for
 * others.
 */
export function convolutionSizes(node: Node<'conv'> | Node<'conv-transpose'>): ConvolutionSizes | undefined {
  const [x, w] = node.inputs as [Tensor, Tensor];
  const shape: Shape = [typeof x.shape[0] === 'number' ? x.shape[0] : 1, ...x.shape.slice(1)];
  if (shape.length !== 4 || node.attributes.groups !== 1 || !isConcrete(shape) || !isConcrete(w.shape))
    return undefined;
  // Each weight meets every position of the output of a convolution, of the input of a transposed one.
  const positions = node.op === 'conv' ? (node.outputs[0]!.shape.slice(2) as number[]) : shape.slice(2);
  return { x: shape, w: w.shape, operations: shape[0]! * sizeOf(positions) * sizeOf(w.shape) };
}
