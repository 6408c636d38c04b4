import { constant } from '../../tensor/build.ts';
import { flip, oneHot, reshape } from '../../tensor/functions/arrangement.ts';
import { cast, neg, sub } from '../../tensor/functions/elementwise.ts';
import { argMax as largestAt } from '../../tensor/functions/reduction.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ImportNode } from './import-node.ts';
import { dims, integers } from './value.ts';

/** Index of the largest element along an axis, which is taken away. */
export function argMax(x: Tensor, axis: number): Tensor {
  return reshape(
    largestAt(x, axis),
    x.shape.filter((_, i) => i !== axis),
  );
}

/** 1 at each index and 0 elsewhere, along a new last axis. */
export const hotVectors = (indices: Tensor, depth: number): Tensor => oneHot(indices, depth);

/** ArgMax and ArgMin: of equal elements the first one, or the last one where the node says so. */
export const extremeIndex =
  (sign: 1 | -1) =>
  (node: ImportNode): Tensor[] => {
    const operand = cast(node.tensor(0), 'float32');
    const x = sign === 1 ? operand : neg(operand);
    const axis = node.axis(node.int('axis', 0), x.shape.length);
    const last = node.int('select_last_index', 0) === 1;
    const found = last
      ? sub(integers([dims(x)[axis]! - 1], []), largestAt(flip(x, axis), axis))
      : largestAt(x, axis);
    const kept = node.int('keepdims', 1) === 1;
    return [
      kept
        ? found
        : reshape(
            found,
            x.shape.filter((_, i) => i !== axis),
          ),
    ];
  };

/** A float32 constant of a shape. */
export const floats = (values: ArrayLike<number>, shape: readonly number[]): Tensor =>
  constant(Float64Array.from(values), shape);
