/** Files that the reference implementations wrote (`formats/generate.py`) are read, and written again byte for byte. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { float32ToBfloat16 } from '../../src/formats/half-precision.ts';
import { readNpy, writeNpy } from '../../src/formats/npy.ts';
import { readNpz, readNpzArray, writeNpz } from '../../src/formats/npz.ts';
import { type DType, dtypes, fromFloat32, toFloat32, toFloat64 } from '../../src/formats/numeric-array.ts';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';

const read = (name: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`formats/${name}`, import.meta.url))));

/** What `ramp` in generate.py makes: 0 1 2 … or -7 -6 …; every third true. */
function ramp(dtype: DType, count = 24): number[] {
  const low = dtype === 'bool' || dtype.startsWith('uint') ? 0 : -7;
  return Array.from({ length: count }, (_, i) => (dtype === 'bool' ? Number(i % 3 === 0) : i + low));
}

describe('npy', () => {
  test.each([
    ['float32.npy', 'float32', [2, 3, 4]],
    ['version-2.npy', 'float32', [2, 3, 4]],
    ['version-3.npy', 'float32', [2, 3, 4]],
    ['big-endian.npy', 'float64', [2, 3, 4]],
    ['big-endian-int16.npy', 'int16', [2, 3, 4]],
    ['fortran.npy', 'int32', [2, 3, 4]],
    ['vector.npy', 'uint8', [5]],
    ['empty.npy', 'float32', [0, 3]],
    ['rank-13.npy', 'uint8', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3]],
  ] as const)('%s', (name, dtype, shape) => {
    const array = readNpy(read(name), name);
    expect(array.dtype).toBe(dtype);
    expect(array.shape).toEqual(shape);
    expect(Array.from(array.data, Number)).toEqual(
      ramp(
        dtype,
        shape.reduce<number>((a, b) => a * b, 1),
      ),
    );
  });

  test('a scalar has no axes', () => {
    expect(readNpy(read('scalar.npy'), '')).toEqual({
      dtype: 'float32',
      shape: [],
      data: Float32Array.of(2.5),
    });
  });

  test.each(['float32.npy', 'vector.npy', 'empty.npy', 'scalar.npy', 'rank-13.npy'])(
    '%s is written as numpy.save writes it',
    (name) => {
      const bytes = read(name);
      expect(Buffer.from(writeNpy(readNpy(bytes, name)))).toEqual(Buffer.from(bytes));
    },
  );
});

describe('npz', () => {
  test.each(['stored.npz', 'deflated.npz'])('%s', (name) => {
    const arrays = readNpz(read(name), name);
    expect([...arrays.keys()]).toEqual(
      Object.keys(dtypes)
        .filter((dtype) => dtype !== 'bfloat16')
        .sort(byGeneration),
    );
    for (const [dtype, array] of arrays) {
      expect(array.dtype).toBe(dtype);
      expect(array.shape).toEqual([2, 3, 4]);
      expect(Array.from(toFloat64(array))).toEqual(ramp(array.dtype));
    }
  });

  test.each([false, true])('what is written is read again (deflated: %s)', (deflate) => {
    const arrays = readNpz(read('stored.npz'), '');
    const bytes = writeNpz(arrays, deflate);
    expect(readNpz(bytes, '')).toEqual(arrays);
    expect(writeNpz(arrays, deflate)).toEqual(bytes);
    expect(readNpzArray(bytes, '', 'int8')).toEqual(arrays.get('int8'));
    expect(readNpzArray(bytes, '')).toEqual(arrays.get('bool'));
  });
});

const generated = 'bool uint8 int8 uint16 int16 uint32 int32 uint64 int64 float16 float32 float64'.split(' ');
const byGeneration = (a: string, b: string) => generated.indexOf(a) - generated.indexOf(b);

describe('safetensors', () => {
  const bytes = read('reference.safetensors');
  const { tensors, metadata } = readSafetensors(bytes, 'reference.safetensors');

  test('values, shapes and metadata', () => {
    expect(metadata).toEqual({ format: 'np' });
    for (const dtype of generated)
      expect(Array.from(toFloat64(tensors.get(dtype)!))).toEqual(ramp(dtype as DType));
    expect(tensors.get('scalar')).toEqual({ dtype: 'int64', shape: [], data: BigInt64Array.of(3n) });
    expect(tensors.get('none')).toEqual({ dtype: 'float32', shape: [0, 4], data: new Float32Array(0) });
    expect(tensors.get('9')!.shape).toEqual([2]);
  });

  test('it is written byte for byte as the reference implementation writes it, in any order of the tensors', () => {
    for (const order of [[...tensors], [...tensors].reverse()])
      expect(Buffer.concat(writeSafetensors(new Map(order), metadata))).toEqual(Buffer.from(bytes));
  });

  test('float16 and bfloat16 round as NumPy rounds', () => {
    const halves = tensors.get('halves')!;
    const expected = tensors.get('halves.float16')!;
    expect(fromFloat32(toFloat32(halves), halves.shape, 'float16')).toEqual(expected);
    expect(Array.from(float32ToBfloat16(toFloat32(halves)))).toEqual(
      JSON.parse(Buffer.from(read('bfloat16.json')).toString()),
    );
  });
});
