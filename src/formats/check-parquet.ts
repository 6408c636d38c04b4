import type { ColumnMetaData, FileMetaData, SchemaElement } from 'hyparquet';
import { type PageCodec, pageCodecs } from './decompress-page.ts';
import { readThrift, type ThriftStruct, type ThriftValue } from './read-thrift.ts';

/**
 * What hyparquet trusts and a hostile file may lie about is checked here first: lengths of lists, sizes of pages, and
 * run lengths, each of which would otherwise be allocated or looped over as announced. Every function throws a
 * RangeError that says what is wrong.
 */

/** Where the footer starts, as the file's last 8 bytes announce it; may be negative. */
export function footerStart(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  return file.length - 8 - view.getUint32(file.length - 8, true);
}

/** Checks the structure of a file's footer. */
export function checkFooter(file: Uint8Array): void {
  const start = footerStart(file);
  if (start < 4) throw new RangeError('the footer is longer than the file');
  readThrift(file.subarray(0, file.length - 8), start);
}

/**
 * Checks that the parsed footer has what is read of it; hyparquet leaves out what a file leaves out.
 */
export function checkMetadata(metadata: FileMetaData): void {
  const demand = (condition: boolean) => {
    if (!condition) throw new RangeError('the footer lacks what every footer has');
  };
  const isCount = (value: unknown) => typeof value === 'bigint' && value >= 0n && value < 2n ** 53n;
  demand(isCount(metadata.num_rows) && Array.isArray(metadata.row_groups));
  for (const group of metadata.row_groups) {
    demand(isCount(group.num_rows) && Array.isArray(group.columns));
    for (const { meta_data: data } of group.columns) {
      demand(data !== undefined && Array.isArray(data.path_in_schema));
      demand(
        [data!.data_page_offset, data!.total_compressed_size, data!.dictionary_page_offset ?? 0n].every(
          isCount,
        ),
      );
    }
  }
}

/** Schemas nested deeper, or wider, than this are refused. */
const deepestSchema = 32;
const mostElements = 100_000;

/** Checks that the schema's elements, listed depth first, make one tree. */
export function checkSchema(schema: readonly SchemaElement[]): void {
  if (schema.length > mostElements) throw new RangeError('the schema has too many columns');
  let at = 0;
  const visit = (depth: number): void => {
    const element = schema[at++];
    const children = element?.num_children ?? 0;
    if (typeof element?.name !== 'string' || depth > deepestSchema || !(children >= 0))
      throw new RangeError('the schema is damaged');
    for (let child = 0; child < children; child++) visit(depth + 1);
  };
  visit(0);
  if (at !== schema.length) throw new RangeError('the schema has columns that belong nowhere');
}

/** Page types and encodings by their number. */
const dataPage = 0;
const dictionaryPage = 2;
const dataPage2 = 3;
const encodings: Readonly<Record<number, string>> = {
  0: 'PLAIN',
  2: 'PLAIN_DICTIONARY',
  3: 'RLE',
  4: 'BIT_PACKED',
  5: 'DELTA_BINARY_PACKED',
  6: 'DELTA_LENGTH_BYTE_ARRAY',
  7: 'DELTA_BYTE_ARRAY',
  8: 'RLE_DICTIONARY',
  9: 'BYTE_STREAM_SPLIT',
};

/** Encodings that no writer uses for text, bytes and labels unless asked to, or whose output has no limit. */
const refused = ['BIT_PACKED', 'DELTA_BYTE_ARRAY', 'BYTE_STREAM_SPLIT'];

/** What a column chunk's pages must not exceed. */
interface Limits {
  /** Values that the chunk may hold: the rows of its group. */
  readonly values: number;
  /** Bytes that its pages may decompress to. */
  readonly bytes: number;
}

/**
 * Checks every page of one column chunk; returns how many bytes they decompress to.
 *
 * @param path the schema's elements from below the root to the column; none may be repeated
 */
export function checkColumnChunk(
  file: Uint8Array,
  column: ColumnMetaData,
  path: readonly SchemaElement[],
  limits: Limits,
): number {
  const decompress = pageCodecs[column.codec as PageCodec];
  const [start, end] = chunkRange(column);
  if (start < 4 || end > file.length || start > end)
    throw new RangeError(`its data (bytes ${start} to ${end}) lie outside the file`);
  const levelWidth = widthOf(path.filter(({ repetition_type: type }) => type !== 'REQUIRED').length);
  const chunk = file.subarray(start, end);
  let at = 0;
  let bytes = 0;
  let values = 0;
  while (values < limits.values && at < chunk.length) {
    const { value: header, end: begin } = readThrift(chunk, at);
    const type = int(header, 1);
    const size = int(header, 2);
    const compressed = int(header, 3);
    if (compressed > chunk.length - begin) throw new RangeError('a page is longer than its column');
    bytes += size;
    if (bytes > limits.bytes) throw new RangeError(`its pages announce more than ${limits.bytes} bytes`);
    const page = chunk.subarray(begin, begin + compressed);
    at = begin + compressed;
    if (type === dataPage) {
      const info = struct(header, 5);
      const count = int(info, 1);
      values += count;
      checkDataPage(decompress(page, size), info, count, levelWidth, column.type);
    } else if (type === dataPage2) {
      const info = struct(header, 8);
      values += int(info, 1);
      checkDataPage2(page, size, info, levelWidth, column.type, decompress);
    } else if (type === dictionaryPage) {
      // Each entry of a dictionary takes 4 bytes or more (a boolean, which has none, aside).
      if (int(struct(header, 7), 1) > size)
        throw new RangeError('a dictionary announces more entries than it has bytes');
      decompress(page, size);
    } else throw new RangeError(`page type ${type} is unknown`);
    if (values > limits.values) throw new RangeError('its pages hold more values than there are rows');
  }
  if (values < limits.values)
    throw new RangeError(`its pages hold ${values} values for ${limits.values} rows`);
  return bytes;
}

/** Where a column chunk's pages lie in the file. */
function chunkRange(column: ColumnMetaData): [start: number, end: number] {
  const data = Number(column.data_page_offset);
  const dictionary = Number(column.dictionary_page_offset ?? 0);
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  return [start, start + Number(column.total_compressed_size)];
}

function checkDataPage(
  page: Uint8Array,
  info: ThriftStruct,
  count: number,
  levelWidth: number,
  type: string,
): void {
  let at = 0;
  if (levelWidth > 0) {
    const length = uint32(page, 0);
    checkRuns(page, 4, 4 + length, levelWidth, count);
    at = 4 + length;
  }
  checkValues(page, at, int(info, 2), count, type);
}

function checkDataPage2(
  page: Uint8Array,
  size: number,
  info: ThriftStruct,
  levelWidth: number,
  type: string,
  decompress: (input: Uint8Array, size: number) => Uint8Array,
): void {
  const definitions = int(info, 5);
  const repetitions = int(info, 6);
  if (repetitions !== 0) throw new RangeError('it repeats values');
  if (definitions > page.length || definitions > size)
    throw new RangeError('its levels are longer than the page');
  if (levelWidth > 0) checkRuns(page, 0, definitions, levelWidth, int(info, 1));
  const rest = page.subarray(definitions);
  const values = info.get(7) === false ? rest : decompress(rest, size - definitions);
  if (int(info, 2) > int(info, 1)) throw new RangeError('it has more gaps than values');
  checkValues(values, 0, int(info, 4), int(info, 1) - int(info, 2), type);
}

function checkValues(page: Uint8Array, at: number, encoding: number, count: number, type: string): void {
  const name = encodings[encoding];
  if (name === undefined || refused.includes(name))
    throw new RangeError(`its encoding is ${name ?? encoding}, which is not supported`);
  if (name === 'PLAIN_DICTIONARY' || name === 'RLE_DICTIONARY' || name === 'RLE') {
    if (at >= page.length && count > 0 && type !== 'BOOLEAN')
      throw new RangeError('a page ends before its values');
    if (type === 'BOOLEAN') throw new RangeError('run-length encoded booleans are not supported');
    const width = page[at] ?? 0;
    if (width > 32) throw new RangeError(`its dictionary indices have ${width} bits`);
    if (width > 0) checkRuns(page, at + 1, page.length, width, count, true);
  }
  if (name.startsWith('DELTA')) checkDelta(page, at);
}

/**
 * Checks a stream of runs: a repeated value or groups of 8 packed values each. With `partial`, it may end before
 * `count` values, because gaps are not stored.
 */
function checkRuns(
  page: Uint8Array,
  start: number,
  end: number,
  width: number,
  count: number,
  partial = false,
): void {
  if (end > page.length) throw new RangeError('its levels are longer than the page');
  let at = start;
  for (let seen = 0; seen < count; ) {
    if (partial && at >= end) return;
    const head = varint32(page, at, end);
    at = head.end;
    const values = head.value % 2 === 1 ? ((head.value - 1) / 2) * 8 : head.value / 2;
    // The last group may be filled up; some writers fill up to 504 values.
    if (values === 0 || values > count - seen + (head.value % 2 === 1 ? 512 : 0))
      throw new RangeError('a run is longer than its page');
    at += head.value % 2 === 1 ? (values / 8) * width : Math.ceil(width / 8);
    seen += values;
  }
}

/** Checks the head of delta-encoded numbers: values in a block, miniblocks in it. */
function checkDelta(page: Uint8Array, start: number): void {
  const block = varint32(page, start, page.length);
  const parts = varint32(page, block.end, page.length);
  if (block.value === 0 || block.value > 65_536 || parts.value === 0 || parts.value > 512)
    throw new RangeError('the head of its delta encoding is damaged');
}

function varint32(bytes: Uint8Array, start: number, end: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, scale = 1; at < end && scale <= 2 ** 28; at++, scale *= 128) {
    value += (bytes[at]! & 0x7f) * scale;
    if (bytes[at]! < 0x80) {
      if (value > 0x7fffffff) break;
      return { value, end: at + 1 };
    }
  }
  throw new RangeError('a run is damaged');
}

function uint32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new RangeError('a page is too short');
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

function int(fields: ThriftStruct, field: number): number {
  const value: ThriftValue = fields.get(field) ?? 0;
  if (typeof value !== 'number' || value < 0 || value > 0x7fffffff)
    throw new RangeError('a page header is damaged');
  return value;
}

function struct(fields: ThriftStruct, field: number): ThriftStruct {
  const value = fields.get(field);
  if (!(value instanceof Map)) throw new RangeError('a page header is damaged');
  return value;
}

/** Bits that numbers from 0 to `largest` take. */
function widthOf(largest: number): number {
  return 32 - Math.clz32(largest);
}
