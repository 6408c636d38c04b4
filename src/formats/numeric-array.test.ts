import { describe, expect, test } from 'vitest';
import { float32ToHalf, halfToFloat32 } from './half-precision.ts';
import {
  decodeNumbers,
  elementCount,
  encodeNumbers,
  fromFloat32,
  toFloat32,
  toFloat64,
  toInt32,
} from './numeric-array.ts';

test('the number of elements', () => {
  expect(elementCount([])).toBe(1);
  expect(elementCount([2, 3])).toBe(6);
  expect(elementCount([2 ** 60, 0, 2 ** 60])).toBe(0);
});

test('both byte orders, from any offset', () => {
  const bytes = Uint8Array.of(255, 1, 2, 3, 4);
  expect([...decodeNumbers(bytes, 1, 2, 'uint16', false)]).toEqual([0x0102, 0x0304]);
  expect([...decodeNumbers(bytes, 1, 2, 'uint16', true)]).toEqual([0x0201, 0x0403]);
  const array = { dtype: 'uint16' as const, shape: [1], data: Uint16Array.of(0x0102) };
  expect([...encodeNumbers(array, false)]).toEqual([1, 2]);
  expect([...encodeNumbers(array)]).toEqual([2, 1]);
  expect([...array.data]).toEqual([0x0102]);
});

describe('conversions', () => {
  const array = (
    data: BigInt64Array | Float64Array | Uint8Array | Float32Array,
    dtype: 'int64' | 'float64' | 'uint8' | 'float32',
  ) => ({
    dtype,
    shape: [data.length],
    data,
  });

  test('to floats', () => {
    expect(toFloat32(array(BigInt64Array.of(-3n, 2n ** 40n), 'int64'))).toEqual(Float32Array.of(-3, 2 ** 40));
    expect(toFloat64(array(Uint8Array.of(1, 255), 'uint8'))).toEqual(Float64Array.of(1, 255));
    const floats = Float32Array.of(1, 2);
    expect(toFloat32(array(floats, 'float32'))).toBe(floats);
  });

  test('to int32, refusing what is no whole number of its range', () => {
    expect(toInt32(array(BigInt64Array.of(-3n, 7n), 'int64'), 'labels')).toEqual(Int32Array.of(-3, 7));
    expect(toInt32(array(Float64Array.of(3), 'float64'), 'labels')).toEqual(Int32Array.of(3));
    for (const bad of [0.5, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])
      expect(() => toInt32(array(Float64Array.of(0, bad), 'float64'), 'labels')).toThrow('labels: item 1 is');
    expect(() => toInt32(array(BigInt64Array.of(2n ** 40n), 'int64'), 'labels')).toThrow(
      'item 0 is 1099511627776',
    );
  });

  test('from float32, with a shape that fits', () => {
    expect(fromFloat32(Float32Array.of(1, 2), [2], 'bfloat16').data).toEqual(Uint16Array.of(0x3f80, 0x4000));
    expect(() => fromFloat32(Float32Array.of(1, 2), [3])).toThrow(
      'fromFloat32: shapes [2] and [3] do not fit',
    );
  });
});

test('every float16 survives the way to float32 and back', () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const back = float32ToHalf(halfToFloat32(bits));
  const changed = bits.filter((value, i) => back[i] !== value);
  // Only NaNs, whose payload is not kept.
  expect(changed.every((value) => (value & 0x7c00) === 0x7c00 && (value & 0x3ff) !== 0)).toBe(true);
  expect(changed.every((value) => (back[value]! & 0x7fff) === 0x7e00)).toBe(true);
});
