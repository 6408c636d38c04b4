import { nearest } from '../errors.ts';
import { badFile, quote, showCount, showShape } from './bad-file.ts';
import { duplicateKey } from './duplicate-key.ts';
import { type DType, dtypes, elementCount } from './numeric-array.ts';
import type { ReadRange } from './read-file-checked.ts';
import { sniffContent } from './sniff-content.ts';
import { wrongContent } from './wrong-content.ts';

const format = 'safetensors';

/** The format's names of the element types, in the order in which tensors are laid out (wide types last here, first in a file). */
export const safetensorsTypes: Readonly<Record<string, DType>> = {
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

/** Where a tensor stands in a file; `offset` counts from the file's start. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly offset: number;
}

/** What a safetensors file holds. */
export interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** NumPy's limit, too. */
const mostAxes = 64;

/** What to do about a damaged file. */
const again = { hint: 'It is damaged: write or fetch it again.' };

/** The limit that the reference implementation sets, too. */
const longestHeader = 100_000_000;

/**
 * Reads the header of a safetensors file of `size` bytes and checks that its tensors cover the rest of the file
 * exactly. Tensors come in the order in which they stand in the file. Fails with `bad-file`.
 */
export function readSafetensorsHeader(range: ReadRange, size: number, path: string): SafetensorsHeader {
  if (size < 8) {
    const problem = size === 0 ? 'it is empty' : `it has ${size} bytes; the header's length alone takes 8`;
    throw badFile(format, path, problem, { ...again, offset: 'byte 0' });
  }
  const start = range(0, Math.min(size, 512));
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > size - 8 || length > longestHeader || start[8] !== 0x7b) {
    const content = sniffContent(start);
    if (!['binary', 'text', 'safetensors'].includes(content.kind))
      throw wrongContent(format, path, 'it must start with the length of a header', start, content);
    if (length > size - 8 || length > longestHeader)
      throw badFile(
        format,
        path,
        `its header announces ${showCount(length)} bytes, but ` +
          (length > size - 8
            ? `${showCount(size - 8)} follow`
            : `at most ${showCount(longestHeader)} are allowed`),
        { offset: 'byte 0', hint: 'It is another kind of file, or an incomplete download: fetch it again.' },
      );
    throw badFile(format, path, 'its header is not a JSON object', { ...again, offset: 'byte 8' });
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
    throw badFile(format, path, `its header is not ${reason}`, { ...again, offset: 'byte 8' });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw badFile(format, path, 'its header is not a JSON object', { ...again, offset: 'byte 8' });
  const twice = duplicateKey(text);
  if (twice !== undefined)
    throw badFile(format, path, 'its header names this tensor twice', {
      ...again,
      offset: `tensor ${quote(twice)}`,
    });
  return json as Record<string, unknown>;
}

function checkMetadata(json: Record<string, unknown>, path: string): Record<string, string> {
  const metadata = json.__metadata__ ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata))
    throw badFile(format, path, 'it must be an object of strings', { ...again, offset: '__metadata__' });
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== 'string')
      throw badFile(format, path, `${quote(key)} must be a string`, { ...again, offset: '__metadata__' });
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
    const place = { ...again, offset: `tensor ${quote(name)}` };
    const { dtype: typeName, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
    if (
      typeof typeName !== 'string' ||
      !isSizes(shape) ||
      shape.length > mostAxes ||
      !isSizes(offsets) ||
      offsets.length !== 2
    )
      throw badFile(
        format,
        path,
        "it must have 'dtype', 'shape' and two 'data_offsets', whole numbers from 0 on",
        place,
      );
    const dtype = Object.hasOwn(safetensorsTypes, typeName) ? safetensorsTypes[typeName] : undefined;
    if (dtype === undefined) {
      const allowed = Object.keys(safetensorsTypes);
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
        { ...again, offset: `tensor ${quote(name)}` },
      );
    at = end;
    previous = quote(name);
  }
  if (at !== size)
    throw badFile(format, path, `${showCount(size - at)} bytes after the last tensor belong to none`, {
      ...again,
      offset: `byte ${at}`,
    });
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
