import { GraftError } from '../errors.ts';

/** One field of a protobuf message. */
export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 a length and that many bytes, 5 four bytes. */
  readonly wire: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** A list of 64-bit integers that takes no more than eight bytes for each. */
export class Integers {
  private values = new BigInt64Array(4);
  private length = 0;

  push(value: bigint): void {
    if (this.length === this.values.length) {
      const larger = new BigInt64Array(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  /** The integers: a view that the next `push` may leave behind. */
  all(): BigInt64Array {
    return this.values.subarray(0, this.length);
  }
}

/**
 * Reads protobuf messages of untrusted files: every length is checked against the bytes that are there, so nothing is
 * read or allocated beyond them.
 */
export class ProtobufReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly path: string;
  private offset: number;
  private end: number;

  /** @param path what errors call the file */
  constructor(bytes: Uint8Array, path: string) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.path = path;
    this.offset = 0;
    this.end = bytes.length;
  }

  fail(problem: string): never {
    throw new GraftError('bad-file', { path: this.path, format: 'ONNX', problem, offset: this.offset });
  }

  /** Calls `read` for each field of the current message; a field that it returns false for is skipped. */
  fields(read: (field: Field) => boolean): void {
    while (this.offset < this.end) {
      const tag = this.varint();
      const field: Field = { number: Number(tag >> 3n), wire: Number(tag & 7n) };
      if (field.number === 0) this.fail('field number 0');
      if (!read(field)) this.skip(field);
    }
  }

  /** Reads a nested message. */
  message(field: Field, read: (field: Field) => boolean): void {
    const end = this.enter(field);
    const outer = this.end;
    this.end = end;
    this.fields(read);
    this.end = outer;
  }

  text(field: Field): string {
    const bytes = this.block(field);
    try {
      return decoder.decode(bytes);
    } catch {
      return this.fail('a text is not UTF-8');
    }
  }

  /** The bytes of a field: a view, not a copy. */
  block(field: Field): Uint8Array {
    const end = this.enter(field);
    const result = this.bytes.subarray(this.offset, end);
    this.offset = end;
    return result;
  }

  /** A signed 64-bit integer. */
  bigint(field: Field): bigint {
    if (field.wire !== 0) this.fail(`field ${field.number} is not an integer`);
    return BigInt.asIntN(64, this.varint());
  }

  /** A 64-bit integer as a number: beyond 2^53 the nearest one. */
  integer(field: Field): number {
    return Number(this.bigint(field));
  }

  float(field: Field): number {
    if (field.wire !== 5) this.fail(`field ${field.number} is not a float`);
    return this.fixed32();
  }

  /** Appends the integers of a repeated field, packed or not. */
  bigints(field: Field, into: { push(value: bigint): void }): void {
    if (field.wire === 0) {
      into.push(this.bigint(field));
      return;
    }
    const end = this.enter(field);
    while (this.offset < end) into.push(BigInt.asIntN(64, this.varint()));
    if (this.offset !== end) this.fail('a packed list ends inside a number');
  }

  integers(field: Field, into: number[]): void {
    this.bigints(field, { push: (value) => into.push(Number(value)) });
  }

  floats(field: Field, into: number[]): void {
    if (field.wire === 5) {
      into.push(this.fixed32());
      return;
    }
    const end = this.enter(field);
    if ((end - this.offset) % 4 !== 0) this.fail('a packed list of floats ends inside a number');
    while (this.offset < end) into.push(this.fixed32());
  }

  doubles(field: Field, into: number[]): void {
    if (field.wire !== 1 && field.wire !== 2) this.fail(`field ${field.number} is not a double`);
    const end = field.wire === 1 ? this.offset + 8 : this.enter(field);
    if (end > this.end || (end - this.offset) % 8 !== 0) this.fail('a list of doubles ends inside a number');
    for (; this.offset < end; this.offset += 8) into.push(this.view.getFloat64(this.offset, true));
  }

  private fixed32(): number {
    if (this.offset + 4 > this.end) this.fail('the file ends inside a number');
    const value = this.view.getFloat32(this.offset, true);
    this.offset += 4;
    return value;
  }

  private skip({ number, wire }: Field): void {
    if (wire === 0) this.varint();
    else if (wire === 2) this.block({ number, wire });
    else if (wire === 1 || wire === 5) this.offset += wire === 1 ? 8 : 4;
    else this.fail(`field ${number} has the unknown wire type ${wire}`);
    if (this.offset > this.end) this.fail(`field ${number} reaches beyond its message`);
  }

  /** Reads the length of a block and returns where it ends. */
  private enter({ number, wire }: Field): number {
    if (wire !== 2) this.fail(`field ${number} has no length`);
    const length = this.varint();
    if (length > BigInt(this.end - this.offset)) this.fail(`field ${number} reaches beyond its message`);
    return this.offset + Number(length);
  }

  private varint(): bigint {
    let low = 0;
    let value = 0n;
    for (let i = 0; i < 10; i++) {
      if (this.offset >= this.end) this.fail('the file ends inside a number');
      const byte = this.bytes[this.offset++]!;
      // Small numbers, the most frequent by far, need no big integers on the way.
      if (i < 4) {
        low += (byte & 127) * 2 ** (7 * i);
        if (byte < 128) return BigInt(low);
        if (i === 3) value = BigInt(low);
      } else {
        value |= BigInt(byte & 127) << BigInt(7 * i);
        if (byte < 128) return BigInt.asUintN(64, value);
      }
    }
    return this.fail('a number has more than 10 bytes');
  }
}
