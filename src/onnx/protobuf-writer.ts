/** Where a protobuf message is encoded to: first a measuring pass, then a writing pass over the same calls. */
export interface MessageSink {
  /** An integer field (varint). Left out when `undefined`. */
  integer(field: number, value: number | bigint | undefined): void;
  float(field: number, value: number): void;
  text(field: number, value: string | undefined): void;
  bytes(field: number, value: Uint8Array | undefined): void;
  /** A packed list of floats. */
  floats(field: number, values: readonly number[]): void;
  /** A packed list of integers. */
  integers(field: number, values: readonly number[]): void;
  message(field: number, encode: (sink: MessageSink) => void): void;
}

const encoder = new TextEncoder();

/**
 * Encodes a message into one buffer of exactly its size: a first pass adds up all sizes (protobuf writes the length of
 * a nested message in front of it), a second pass writes. `encode` is called twice and must make the same calls.
 */
export function encodeMessage(encode: (sink: MessageSink) => void): Uint8Array<ArrayBuffer> {
  const measure = new MeasuringSink();
  encode(measure);
  const writer = new WritingSink(measure);
  encode(writer);
  return writer.buffer;
}

/** Number of bytes of a varint. */
function varintSize(value: number | bigint): number {
  if (value < 0) return 10;
  if (typeof value === 'bigint') {
    let size = 1;
    for (let rest = value >> 7n; rest > 0n; rest >>= 7n) size++;
    return size;
  }
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

const sumOfSizes = (values: readonly number[]) => values.reduce((sum, value) => sum + varintSize(value), 0);

class MeasuringSink implements MessageSink {
  size = 0;
  /** Sizes of nested messages in the order in which they begin. */
  readonly nested: number[] = [];
  /** Encoded strings in call order, so that each is encoded once. */
  readonly strings: Uint8Array[] = [];

  integer(field: number, value: number | bigint | undefined): void {
    if (value !== undefined) this.size += varintSize(field << 3) + varintSize(value);
  }
  float(field: number, _value: number): void {
    this.size += varintSize(field << 3) + 4;
  }
  text(field: number, value: string | undefined): void {
    if (value === undefined) return;
    const bytes = encoder.encode(value);
    this.strings.push(bytes);
    this.block(field, bytes.length);
  }
  bytes(field: number, value: Uint8Array | undefined): void {
    if (value !== undefined) this.block(field, value.length);
  }
  floats(field: number, values: readonly number[]): void {
    this.block(field, values.length * 4);
  }
  integers(field: number, values: readonly number[]): void {
    this.block(field, sumOfSizes(values));
  }
  message(field: number, encode: (sink: MessageSink) => void): void {
    const at = this.nested.push(0) - 1;
    const before = this.size;
    encode(this);
    const size = this.size - before;
    this.nested[at] = size;
    this.size = before;
    this.block(field, size);
  }
  private block(field: number, size: number): void {
    this.size += varintSize(field << 3) + varintSize(size) + size;
  }
}

class WritingSink implements MessageSink {
  readonly buffer: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;
  private readonly measured: MeasuringSink;
  private offset = 0;
  private nextNested = 0;
  private nextString = 0;

  constructor(measured: MeasuringSink) {
    this.measured = measured;
    this.buffer = new Uint8Array(measured.size);
    this.view = new DataView(this.buffer.buffer);
  }

  integer(field: number, value: number | bigint | undefined): void {
    if (value === undefined) return;
    this.varint(field << 3);
    this.varint(value);
  }
  float(field: number, value: number): void {
    this.varint((field << 3) | 5);
    this.view.setFloat32(this.offset, value, true);
    this.offset += 4;
  }
  text(field: number, value: string | undefined): void {
    if (value !== undefined) this.bytes(field, this.measured.strings[this.nextString++]);
  }
  bytes(field: number, value: Uint8Array | undefined): void {
    if (value === undefined) return;
    this.head(field, value.length);
    this.buffer.set(value, this.offset);
    this.offset += value.length;
  }
  floats(field: number, values: readonly number[]): void {
    this.head(field, values.length * 4);
    for (const value of values) {
      this.view.setFloat32(this.offset, value, true);
      this.offset += 4;
    }
  }
  integers(field: number, values: readonly number[]): void {
    this.head(field, sumOfSizes(values));
    for (const value of values) this.varint(value);
  }
  message(field: number, encode: (sink: MessageSink) => void): void {
    this.head(field, this.measured.nested[this.nextNested++]!);
    encode(this);
  }

  private head(field: number, size: number): void {
    this.varint((field << 3) | 2);
    this.varint(size);
  }
  private varint(value: number | bigint): void {
    if (typeof value === 'bigint' || value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest >= 128n; rest >>= 7n) this.buffer[this.offset++] = Number(rest & 127n) | 128;
      this.buffer[this.offset++] = Number(rest);
      return;
    }
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.buffer[this.offset++] = (rest % 128) | 128;
    this.buffer[this.offset++] = rest;
  }
}
