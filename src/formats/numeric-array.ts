import { GraftError } from '../errors.ts';
import { bfloat16ToFloat32, float32ToBfloat16, float32ToHalf, halfToFloat32 } from './half-precision.ts';

/** Any typed array in which a file's numbers can stand. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/**
 * The element types that files may hold: bytes per element and the typed array that keeps them.
 * `float16` and `bfloat16` are kept as their raw bits, `bool` as 0 and 1.
 */
export const dtypes = {
  bool: { bytes: 1, array: Uint8Array },
  uint8: { bytes: 1, array: Uint8Array },
  int8: { bytes: 1, array: Int8Array },
  uint16: { bytes: 2, array: Uint16Array },
  int16: { bytes: 2, array: Int16Array },
  uint32: { bytes: 4, array: Uint32Array },
  int32: { bytes: 4, array: Int32Array },
  uint64: { bytes: 8, array: BigUint64Array },
  int64: { bytes: 8, array: BigInt64Array },
  float16: { bytes: 2, array: Uint16Array },
  bfloat16: { bytes: 2, array: Uint16Array },
  float32: { bytes: 4, array: Float32Array },
  float64: { bytes: 8, array: Float64Array },
} as const;

/** The name of an element type. */
export type DType = keyof typeof dtypes;

/** Numbers in row-major (C) order, the last axis fastest, with `data.length` = product of `shape`. */
export interface NumericArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** The number of elements of a shape: the product of its sizes, 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * `count` numbers of type `dtype` that stand in `bytes` from `offset` on, copied out.
 * The caller has checked that `bytes` is long enough.
 */
export function decodeNumbers(
  bytes: Uint8Array,
  offset: number,
  count: number,
  dtype: DType,
  littleEndian: boolean,
): TypedArray {
  const { bytes: size, array } = dtypes[dtype];
  const copy = new Uint8Array(count * size);
  copy.set(bytes.subarray(offset, offset + count * size));
  if (littleEndian !== hostIsLittleEndian) swapBytes(copy, size);
  if (dtype === 'bool') for (let i = 0; i < count; i++) copy[i] = copy[i] === 0 ? 0 : 1;
  return new array(copy.buffer, 0, count);
}

/** The bytes of an array's numbers in the given byte order; a view of the same memory where the order is the machine's. */
export function encodeNumbers(array: NumericArray, littleEndian = true): Uint8Array {
  const { data } = array;
  const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (littleEndian === hostIsLittleEndian) return view;
  const copy = view.slice();
  swapBytes(copy, data.BYTES_PER_ELEMENT);
  return copy;
}

function swapBytes(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

/** The values as float32: the array's own memory where it is float32 already, otherwise each rounded to the nearest float32. */
export function toFloat32({ dtype, data }: NumericArray): Float32Array {
  if (data instanceof Float32Array) return data;
  if (dtype === 'float16') return halfToFloat32(data as Uint16Array);
  if (dtype === 'bfloat16') return bfloat16ToFloat32(data as Uint16Array);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number);
  return Float32Array.from(data);
}

/** The values as float64: the array's own memory where it is float64 already; 64-bit integers are rounded. */
export function toFloat64(array: NumericArray): Float64Array {
  const { dtype, data } = array;
  if (data instanceof Float64Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  return Float64Array.from(dtype === 'float16' || dtype === 'bfloat16' ? toFloat32(array) : data);
}

/**
 * The values as int32, as class labels and token ids need them; `what` names the array in the error.
 * Fails with `bad-data` at the first value that is not a whole number of int32's range.
 */
export function toInt32(array: NumericArray, what: string): Int32Array {
  const out = new Int32Array(array.data.length);
  const values = array.dtype === 'float16' || array.dtype === 'bfloat16' ? toFloat32(array) : array.data;
  for (let i = 0; i < out.length; i++) {
    const value = Number(values[i]);
    out[i] = value;
    if (out[i] !== value)
      throw new GraftError('bad-data', {
        what,
        problem: `item ${i} is ${value}, which is not a whole number between -2147483648 and 2147483647`,
      });
  }
  return out;
}

/** `values` as an array of the given shape, stored as float32, float16, bfloat16 or float64 (rounded to nearest, ties to even). */
export function fromFloat32(
  values: Float32Array,
  shape: readonly number[],
  dtype: 'float32' | 'float16' | 'bfloat16' | 'float64' = 'float32',
): NumericArray {
  if (elementCount(shape) !== values.length)
    throw new GraftError('shape-mismatch', {
      op: 'fromFloat32',
      shapes: [[values.length], shape],
      rule: 'the shape must hold as many elements as there are values',
    });
  const data =
    dtype === 'float32'
      ? values
      : dtype === 'float64'
        ? Float64Array.from(values)
        : dtype === 'float16'
          ? float32ToHalf(values)
          : float32ToBfloat16(values);
  return { dtype, shape: [...shape], data };
}
