import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readIdx } from './idx.ts';
import { type DType, toFloat64 } from './numeric-array.ts';

/** An IDX file of shape [2, 2]; `put` writes one value big-endian. */
function idx(
  type: number,
  bytes: number,
  values: number[],
  put: (view: DataView, at: number, value: number) => void,
) {
  const view = new DataView(new ArrayBuffer(12 + bytes * values.length));
  view.setUint16(2, (type << 8) | 2);
  view.setUint32(4, 2);
  view.setUint32(8, 2);
  values.forEach((value, i) => {
    put(view, 12 + i * bytes, value);
  });
  return new Uint8Array(view.buffer);
}

test.each<[DType, number, number, number[], (view: DataView, at: number, value: number) => void]>([
  ['uint8', 8, 1, [0, 1, 254, 255], (v, at, x) => v.setUint8(at, x)],
  ['int8', 9, 1, [-128, -1, 0, 127], (v, at, x) => v.setInt8(at, x)],
  ['int16', 11, 2, [-32768, -2, 258, 32767], (v, at, x) => v.setInt16(at, x)],
  ['int32', 12, 4, [-2147483648, -2, 66051, 2147483647], (v, at, x) => v.setInt32(at, x)],
  ['float32', 13, 4, [0.5, -2, 1.5, 1024], (v, at, x) => v.setFloat32(at, x)],
  ['float64', 14, 8, [0.1, -2, 1e300, 0], (v, at, x) => v.setFloat64(at, x)],
])('%s, plain and compressed', (dtype, type, bytes, values, put) => {
  const file = idx(type, bytes, values, put);
  for (const content of [file, gzipSync(file)]) {
    const array = readIdx(content, 'a.idx');
    expect([array.dtype, array.shape]).toEqual([dtype, [2, 2]]);
    expect([...toFloat64(array)]).toEqual(values);
  }
});

test('what is returned does not share memory with the file', () => {
  const file = idx(8, 1, [1, 2, 3, 4], (v, at, x) => v.setUint8(at, x));
  const { data } = readIdx(file, 'a.idx');
  file.fill(0);
  expect([...data]).toEqual([1, 2, 3, 4]);
});
