import { GraftError } from '../errors.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { TensorProto } from './model-proto.ts';

/**
 * The elements of a stored tensor as numbers: whole numbers exact to 2^53, half precision widened. `bytes` are its
 * little-endian elements.
 */
export function tensorValues({ name, type, dims }: TensorProto, bytes: Uint8Array): Float64Array {
  const n = sizeOf(dims);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readers[type];
  if (n * read.bytes !== bytes.length)
    throw new GraftError('bad-data', {
      what: `tensor '${name}'`,
      problem: `has ${bytes.length} bytes where its shape needs ${n * read.bytes}`,
    });
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = read.at(view, i * read.bytes);
  return values;
}

interface Reader {
  readonly bytes: number;
  readonly at: (view: DataView, offset: number) => number;
}

const readers: Readonly<Record<TensorProto['type'], Reader>> = {
  float32: { bytes: 4, at: (v, o) => v.getFloat32(o, true) },
  float64: { bytes: 8, at: (v, o) => v.getFloat64(o, true) },
  float16: { bytes: 2, at: (v, o) => half(v.getUint16(o, true)) },
  bfloat16: { bytes: 2, at: (v, o) => brain(v.getUint16(o, true)) },
  int8: { bytes: 1, at: (v, o) => v.getInt8(o) },
  uint8: { bytes: 1, at: (v, o) => v.getUint8(o) },
  bool: { bytes: 1, at: (v, o) => (v.getUint8(o) === 0 ? 0 : 1) },
  int16: { bytes: 2, at: (v, o) => v.getInt16(o, true) },
  uint16: { bytes: 2, at: (v, o) => v.getUint16(o, true) },
  int32: { bytes: 4, at: (v, o) => v.getInt32(o, true) },
  uint32: { bytes: 4, at: (v, o) => v.getUint32(o, true) },
  int64: { bytes: 8, at: (v, o) => Number(v.getBigInt64(o, true)) },
  uint64: { bytes: 8, at: (v, o) => Number(v.getBigUint64(o, true)) },
};

/** IEEE 754 half precision. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function brain(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
