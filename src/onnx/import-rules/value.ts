import { constant } from '../../tensor/build.ts';
import { expand } from '../../tensor/functions/arrangement.ts';
import type { DType } from '../../tensor/ops.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { isOp, type Tensor } from '../../tensor/tensor.ts';

/** What a name of an ONNX graph stands for while the graph is turned into a tensor program. */
export interface Value {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The value as part of the program. Asking for it makes a stored weight a parameter of the program. */
  tensor(): Tensor;
  /** Its numbers, row-major, where they are known without running the program. */
  numbers(): ArrayLike<number> | undefined;
}

/** Constants above this many elements are not made: a file of a few bytes can ask for any size. */
export const LARGEST_CONSTANT = 2 ** 24;
/** Steps that a loop or a recurrence is unrolled to at most. */
export const LONGEST_LOOP = 4096;

/** The dimensions of a tensor; numbers during an import. */
export const dims = (tensor: Tensor): readonly number[] => tensor.shape as readonly number[];

/** A computed value; its numbers are known where it is a constant. */
export function computed(tensor: Tensor): Value {
  return {
    shape: dims(tensor),
    dtype: tensor.dtype,
    tensor: () => tensor,
    numbers: () => (isOp(tensor.node, 'constant') ? tensor.node.attributes.data : undefined),
  };
}

/** A value whose numbers are known. Whole numbers beyond 32 bits (ONNX's 'to the end') keep their size in `numbers`. */
export function known(numbers: Float64Array, shape: readonly number[], dtype: DType): Value {
  let made: Tensor | undefined;
  return {
    shape,
    dtype,
    tensor() {
      made ??= constant(typed(numbers, dtype), shape, dtype);
      return made;
    },
    numbers: () => numbers,
  };
}

function typed(numbers: Float64Array, dtype: DType): Float64Array | Int32Array | Uint8Array {
  if (dtype === 'float32') return numbers;
  if (dtype === 'bool') return Uint8Array.from(numbers, (value) => (value === 0 ? 0 : 1));
  return Int32Array.from(numbers, (value) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value)));
}

/** int32 constants of a shape. */
export const integers = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  constant(Int32Array.from(values), shape);

/** A tensor all of whose elements have one value. */
export function filled(value: number, shape: readonly number[], dtype: DType = 'float32'): Value {
  return sizeOf(shape) <= 1024
    ? known(new Float64Array(sizeOf(shape)).fill(value), shape, dtype)
    : computed(expandScalar(value, shape, dtype));
}

function expandScalar(value: number, shape: readonly number[], dtype: DType): Tensor {
  return expand(known(Float64Array.of(value), [], dtype).tensor(), shape);
}
