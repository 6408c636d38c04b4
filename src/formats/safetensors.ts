import { GraftError } from '../errors.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { decodeNumbers, dtypes, elementCount, encodeNumbers, type NumericArray } from './numeric-array.ts';
import { type ReadRange, withFile } from './read-file-checked.ts';
import { readSafetensorsHeader, type SafetensorsHeader, safetensorsTypes } from './safetensors-header.ts';

const format = 'safetensors';

/** Named tensors and what was noted about them (`format`, …). */
export interface Safetensors {
  readonly tensors: Map<string, NumericArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file: the header's length (8 bytes), a JSON header, the tensors' bytes. Tensors come in the
 * order in which they stand in the file and own their memory; `toFloat32` converts one.
 * Fails with `bad-file` where the format is not kept: overlapping tensors, holes, sizes that do not fit, names given
 * twice. Source: huggingface/safetensors, 'Format'.
 */
export function readSafetensors(bytes: Uint8Array, path: string): Safetensors {
  return read(
    (offset, length) => bytes.subarray(offset, offset + length),
    bytes.length,
    path,
    () => true,
  );
}

/** `readSafetensors` on a file, tensor by tensor; with `select`, only tensors that it takes are read from the disk. */
export function readSafetensorsFile(
  path: string,
  select: (name: string) => boolean = () => true,
): Safetensors {
  return withFile(path, format, (range, size) => read(range, size, path, select));
}

/** The header of a safetensors file alone: what is in it, without reading it. */
export function listSafetensorsFile(path: string): SafetensorsHeader {
  return withFile(path, format, (range, size) => readSafetensorsHeader(range, size, path));
}

function read(range: ReadRange, size: number, path: string, select: (name: string) => boolean): Safetensors {
  const { entries, metadata } = readSafetensorsHeader(range, size, path);
  const tensors = new Map<string, NumericArray>();
  for (const { name, dtype, shape, offset } of entries) {
    if (!select(name)) continue;
    const count = elementCount(shape);
    const bytes = range(offset, count * dtypes[dtype].bytes);
    tensors.set(name, { dtype, shape, data: decodeNumbers(bytes, 0, count, dtype, true) });
  }
  return { tensors, metadata };
}

/**
 * The bytes of a safetensors file in parts (header, then one part a tensor; views of the tensors' memory).
 * The same tensors give the same bytes, whatever their order: widest element type first, then by name, as the
 * reference implementation lays them out; metadata sorted by key; the header padded with spaces to 8 bytes.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NumericArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const names = Object.keys(safetensorsTypes);
  const typeOf = ({ dtype }: NumericArray) => names.findIndex((name) => safetensorsTypes[name] === dtype);
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) => typeOf(y) - typeOf(x) || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const notes = Object.entries(metadata).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  // Written by hand, because an object would move names that look like numbers to the front.
  const members = notes.length === 0 ? [] : [`"__metadata__":${objectOf(notes)}`];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, array] of sorted) {
    if (name === '__metadata__' || elementCount(array.shape) !== array.data.length)
      throw new GraftError('invalid-value', {
        what: 'a tensor to be written',
        received: `${name} [${array.shape.join(', ')}] with ${array.data.length} values`,
        allowed: "any name but '__metadata__', and as many values as its shape says",
      });
    const bytes = encodeNumbers(array);
    const entry = {
      dtype: names[typeOf(array)],
      shape: array.shape,
      data_offsets: [offset, offset + bytes.length],
    };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    parts.push(bytes);
    offset += bytes.length;
  }
  const json = Buffer.from(`{${members.join(',')}}`);
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, 0x20);
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  return [header, ...parts];
}

/** `writeSafetensors` to a file, atomically. */
export function writeSafetensorsFile(
  path: string,
  tensors: ReadonlyMap<string, NumericArray>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  writeFileAtomic(path, writeSafetensors(tensors, metadata));
}

function objectOf(entries: [string, string][]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}
