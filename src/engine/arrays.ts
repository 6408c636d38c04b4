import { GraftError } from '../errors.ts';
import type { DType } from '../tensor/ops.ts';
import { sizeOf } from '../tensor/shape.ts';

/** Values of a tensor in row-major order; truth values are bytes of 0 and 1. Views into larger buffers are welcome. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;

export type ArrayOf = { float32: Float32Array; int32: Int32Array; bool: Uint8Array };

const constructors = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

export function allocate(dtype: DType, length: number): TypedArray {
  return new constructors[dtype](length);
}

/** Fails unless the array has the type and length of the tensor. */
export function checkArray(
  what: string,
  array: TypedArray | undefined,
  dtype: DType,
  shape: readonly number[],
): asserts array is TypedArray {
  const length = sizeOf(shape);
  if (array instanceof constructors[dtype] && array.length === length) return;
  throw new GraftError('invalid-value', {
    what,
    received: array === undefined ? undefined : `${array.constructor.name} of ${array.length}`,
    allowed: `a ${constructors[dtype].name} of ${length} values for shape [${shape.join(', ')}]`,
  });
}
