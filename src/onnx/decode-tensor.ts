import { sizeOf } from '../tensor/shape.ts';
import {
  type ElementType,
  type ExternalData,
  elementBytes,
  elementTypes,
  type TensorProto,
} from './model-proto.ts';
import { type Field, Integers, type ProtobufReader } from './protobuf-reader.ts';

const typeNames = new Map<number, ElementType>(
  Object.entries(elementTypes).map(([name, number]) => [number, name as ElementType]),
);

/** The name of an element type by its number in the file. */
export function elementTypeOf(reader: ProtobufReader, number: number, what: string): ElementType {
  return typeNames.get(number) ?? reader.fail(`${what} has the unsupported element type ${number}`);
}

/** Key and value of a StringStringEntryProto. */
export function readEntry(reader: ProtobufReader, field: Field): [string, string] {
  let key = '';
  let value = '';
  reader.message(field, (inner) => {
    if (inner.number === 1) key = reader.text(inner);
    else if (inner.number === 2) value = reader.text(inner);
    else return false;
    return true;
  });
  return [key, value];
}

/** Reads a TensorProto; values that the file writes as lists of numbers become bytes as well. */
export function decodeTensor(reader: ProtobufReader, field: Field): TensorProto {
  const dims: number[] = [];
  let number = 0;
  let name = '';
  let raw: Uint8Array | undefined;
  let isExternal = false;
  const external: Record<string, string> = {};
  const floats: number[] = [];
  const doubles: number[] = [];
  const integers = new Integers();
  let texts = 0;
  reader.message(field, (inner) => {
    if (inner.number === 1) reader.integers(inner, dims);
    else if (inner.number === 2) number = reader.integer(inner);
    else if (inner.number === 4) reader.floats(inner, floats);
    else if (inner.number === 5 || inner.number === 7 || inner.number === 11) reader.bigints(inner, integers);
    else if (inner.number === 6) {
      reader.block(inner);
      texts++;
    } else if (inner.number === 8) name = reader.text(inner);
    else if (inner.number === 9) raw = reader.block(inner);
    else if (inner.number === 10) reader.doubles(inner, doubles);
    else if (inner.number === 13) {
      const [key, value] = readEntry(reader, inner);
      external[key] = value;
    } else if (inner.number === 14) isExternal = reader.integer(inner) === 1;
    else return false;
    return true;
  });
  const what = `tensor '${name}'`;
  const type = elementTypeOf(reader, number, what);
  if (type === 'string' || texts > 0) return reader.fail(`${what} holds texts, which is not supported`);
  const size = sizeOf(dims);
  if (
    dims.some((dimension) => !Number.isSafeInteger(dimension) || dimension < 0) ||
    !Number.isSafeInteger(size)
  )
    reader.fail(`${what} has the impossible shape [${dims.join(', ')}]`);
  const bytes = size * elementBytes[type];
  if (isExternal)
    return { name, type, dims, raw: new Uint8Array(0), external: locate(reader, what, external, bytes) };
  const data = raw ?? fromLists(type, floats, doubles, integers.all());
  if (data.length !== bytes)
    reader.fail(`${what} has ${data.length} bytes where its shape [${dims.join(', ')}] needs ${bytes}`);
  return { name, type, dims, raw: data };
}

function locate(
  reader: ProtobufReader,
  what: string,
  { location = '', offset = '0', length }: Record<string, string>,
  bytes: number,
): ExternalData {
  const parts = location.split(/[/\\]/);
  // A model must not reach files outside of its folder.
  if (location === '' || parts.includes('..') || parts[0] === '' || /^[A-Za-z]:/.test(location))
    reader.fail(`${what} lies in '${location}', which is not a file in the model's folder`);
  const at = Number(offset);
  const given = length === undefined ? bytes : Number(length);
  if (!Number.isSafeInteger(at) || at < 0 || given !== bytes)
    reader.fail(`${what} has ${length} external bytes at '${offset}' where its shape needs ${bytes}`);
  return { location, offset: at, length: bytes };
}

/** Values that are written as numbers, as bytes. */
function fromLists(
  type: Exclude<ElementType, 'string'>,
  floats: readonly number[],
  doubles: readonly number[],
  integers: BigInt64Array,
): Uint8Array {
  const small = () => Float64Array.from(integers, Number);
  const array = (): ArrayBufferView => {
    switch (type) {
      case 'float32':
        return Float32Array.from(floats);
      case 'float64':
        return Float64Array.from(doubles);
      case 'int64':
        return integers.slice();
      case 'uint64':
        return BigUint64Array.from(integers, (value) => BigInt.asUintN(64, value));
      case 'int32':
        return Int32Array.from(small());
      case 'uint32':
        return Uint32Array.from(small());
      case 'int8':
        return Int8Array.from(small());
      case 'uint8':
      case 'bool':
        return Uint8Array.from(small());
      case 'int16':
        return Int16Array.from(small());
      // Half precision is written as the bits of each number.
      case 'uint16':
      case 'float16':
      case 'bfloat16':
        return Uint16Array.from(small());
    }
  };
  const { buffer, byteOffset, byteLength } = array();
  return new Uint8Array(buffer, byteOffset, byteLength);
}
