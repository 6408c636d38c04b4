import { GraftError, nearest } from '../errors.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { badFile, quote, showCount, showShape } from './bad-file.ts';
import { duplicateKey } from './duplicate-key.ts';
import {
  type DType,
  decodeNumbers,
  dtypes,
  elementCount,
  encodeNumbers,
  type NumericArray,
} from './numeric-array.ts';
import { type ReadRange, withFile } from './read-file-checked.ts';
import { sniffContent } from './sniff-content.ts';

const format = 'safetensors';

/** The format's names of the element types, in the order in which tensors are laid out (wide types last here, first in a file). */
const types: Readonly<Record<string, DType>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  I16: 'int16',
  U16: 'uint16',
  F16: 'float16',
  BF16: 'bfloat16',
  I32: 'int32',
  U32: 'uint32',
  F32: 'float32',
  F64: 'float64',
  I64: 'int64',
  U64: 'uint64',
};

/** Named tensors and what was noted about them (`format`, …). */
export interface Safetensors {
  readonly tensors: Map<string, NumericArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Where a tensor stands in a file; `offset` counts from the file's start. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly offset: number;
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
export function listSafetensorsFile(path: string): {
  entries: TensorEntry[];
  metadata: Readonly<Record<string, string>>;
} {
  return withFile(path, format, (range, size) => readHeader(range, size, path));
}

function read(range: ReadRange, size: number, path: string, select: (name: string) => boolean): Safetensors {
  const { entries, metadata } = readHeader(range, size, path);
  const tensors = new Map<string, NumericArray>();
  for (const { name, dtype, shape, offset } of entries) {
    if (!select(name)) continue;
    const count = elementCount(shape);
    const bytes = range(offset, count * dtypes[dtype].bytes);
    tensors.set(name, { dtype, shape, data: decodeNumbers(bytes, 0, count, dtype, true) });
  }
  return { tensors, metadata };
}

/** The limit that the reference implementation sets, too. */
const longestHeader = 100_000_000;

function readHeader(range: ReadRange, size: number, path: string) {
  if (size < 8) {
    const problem = size === 0 ? 'it is empty' : `it has ${size} bytes; the header's length alone takes 8`;
    throw badFile(format, path, problem, { offset: 'byte 0' });
  }
  const start = range(0, Math.min(size, 512));
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > size - 8 || length > longestHeader || length < 2 || start[8] !== 0x7b) {
    const content = sniffContent(start);
    const recognised = !['binary', 'text', 'safetensors'].includes(content.kind);
    const hint = 'hint' in content && content.hint !== undefined ? { hint: content.hint } : {};
    throw badFile(
      format,
      path,
      recognised
        ? `it is ${content.label}`
        : length > size - 8
          ? `its header announces ${showCount(length)} bytes, but ${showCount(size - 8)} follow`
          : length > longestHeader
            ? `its header announces ${showCount(length)} bytes; at most ${showCount(longestHeader)} are allowed`
            : 'its header is not a JSON object',
      { offset: recognised || length > longestHeader || length > size - 8 ? 'byte 0' : 'byte 8', ...hint },
    );
  }
  const json = parseHeader(range(8, length), path);
  return { entries: checkEntries(json, 8 + length, size, path), metadata: checkMetadata(json, path) };
}

function parseHeader(bytes: Uint8Array, path: string): Record<string, unknown> {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'valid JSON' : 'UTF-8';
    throw badFile(format, path, `its header is not ${reason}`, { offset: 'byte 8' });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw badFile(format, path, 'its header is not a JSON object', { offset: 'byte 8' });
  const twice = duplicateKey(text);
  if (twice !== undefined)
    throw badFile(format, path, 'its header names this tensor twice', { offset: `tensor ${quote(twice)}` });
  return json as Record<string, unknown>;
}

function checkMetadata(json: Record<string, unknown>, path: string): Record<string, string> {
  const metadata = json.__metadata__ ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata))
    throw badFile(format, path, 'it must be an object of strings', { offset: '__metadata__' });
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== 'string')
      throw badFile(format, path, `${quote(key)} must be a string`, { offset: '__metadata__' });
  return metadata as Record<string, string>;
}

function checkEntries(
  json: Record<string, unknown>,
  start: number,
  size: number,
  path: string,
): TensorEntry[] {
  const found: (TensorEntry & { end: number })[] = [];
  for (const [name, entry] of Object.entries(json)) {
    if (name === '__metadata__') continue;
    const place = { offset: `tensor ${quote(name)}` };
    const { dtype: typeName, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
    if (typeof typeName !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
      throw badFile(
        format,
        path,
        "it must have 'dtype', 'shape' and two 'data_offsets', whole numbers from 0 on",
        place,
      );
    const dtype = Object.hasOwn(types, typeName) ? types[typeName] : undefined;
    if (dtype === undefined) {
      const allowed = Object.keys(types);
      const near = nearest(typeName, allowed);
      throw badFile(format, path, `its type is ${quote(typeName)}`, {
        ...place,
        hint: `Allowed: ${allowed.join(', ')}.${near === undefined ? '' : ` The nearest is ${near}.`}`,
      });
    }
    const [begin, end] = offsets as [number, number];
    const bytes = elementCount(shape) * dtypes[dtype].bytes;
    if (begin > end || start + end > size)
      throw badFile(
        format,
        path,
        `its offsets are ${showCount(begin)} to ${showCount(end)}, but the file has ${showCount(size - start)} bytes of tensors`,
        place,
      );
    if (bytes !== end - begin)
      throw badFile(
        format,
        path,
        `${showShape(shape)} ${typeName} values take ${showCount(bytes)} bytes, but its offsets enclose ${showCount(end - begin)}`,
        place,
      );
    found.push({ name, dtype, shape, offset: start + begin, end: start + end });
  }
  checkCoverage(found, start, size, path);
  return found.map(({ end: _, ...entry }) => entry);
}

/** The tensors must cover the file without overlap and without holes, in which anything could hide. */
function checkCoverage(
  entries: (TensorEntry & { end: number })[],
  start: number,
  size: number,
  path: string,
): void {
  entries.sort((a, b) => a.offset - b.offset || a.end - b.end);
  let at = start;
  let previous = 'the header';
  for (const { name, offset, end } of entries) {
    if (offset !== at)
      throw badFile(
        format,
        path,
        offset < at
          ? `it overlaps ${previous} by ${showCount(at - offset)} bytes`
          : `${showCount(offset - at)} bytes before it belong to no tensor`,
        { offset: `tensor ${quote(name)}` },
      );
    at = end;
    previous = quote(name);
  }
  if (at !== size)
    throw badFile(format, path, `${showCount(size - at)} bytes after the last tensor belong to none`, {
      offset: `byte ${at}`,
    });
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
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
  const names = Object.keys(types);
  const typeOf = ({ dtype }: NumericArray) => names.findIndex((name) => types[name] === dtype);
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
