/** A value of Thrift's compact protocol; a structure is a map from field number to value. */
export type ThriftValue = boolean | number | Uint8Array | ThriftValue[] | ThriftStruct;
/** A structure: its values by field number. */
export type ThriftStruct = Map<number, ThriftValue>;

/** Parquet's own structures are nested 6 deep. */
const deepest = 32;

/**
 * Reads one structure in Thrift's compact protocol, checking every length against the bytes that are left before
 * anything is allocated (each element of a list takes at least one byte). Throws a RangeError where it is damaged.
 * Source: Apache Thrift, 'Thrift compact protocol encoding'.
 */
export function readThrift(bytes: Uint8Array, start: number): { value: ThriftStruct; end: number } {
  let at = start;

  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new RangeError('thrift data end too early');
    return value;
  };

  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
      if (scale > 2 ** 63) throw new RangeError('thrift number is too long');
    }
  };

  const zigzag = (): number => {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };

  const element = (type: number, depth: number): ThriftValue => {
    if (depth > deepest) throw new RangeError('thrift data are nested too deep');
    if (type === 1 || type === 2) return type === 1;
    if (type === 3) return byte();
    if (type === 4 || type === 5 || type === 6) return zigzag();
    if (type === 7) return take(8).length;
    if (type === 8) return take(varint());
    if (type === 9 || type === 10) return list(depth);
    if (type === 12) return struct(depth);
    throw new RangeError(`thrift type ${type} is unknown`);
  };

  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError('thrift data end too early');
    at += length;
    return bytes.subarray(at - length, at);
  };

  const list = (depth: number): ThriftValue[] => {
    const head = byte();
    const type = head & 0x0f;
    const length = head >> 4 === 15 ? varint() : head >> 4;
    if (length > bytes.length - at) throw new RangeError('thrift list is longer than its data');
    // In a list a boolean takes a byte of its own.
    return Array.from({ length }, () => (type <= 2 ? byte() === 1 : element(type, depth + 1)));
  };

  const struct = (depth: number): ThriftStruct => {
    const fields: ThriftStruct = new Map();
    for (let field = 0; ; ) {
      const head = byte();
      if ((head & 0x0f) === 0) return fields;
      field = head >> 4 === 0 ? zigzag() : field + (head >> 4);
      fields.set(field, element(head & 0x0f, depth + 1));
    }
  };

  const value = struct(0);
  return { value, end: at };
}
