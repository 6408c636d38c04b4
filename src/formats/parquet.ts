import { type FileMetaData, parquetMetadata, parquetRead, type SchemaElement } from 'hyparquet';
import { lookUp } from '../errors.ts';
import { badFile, quote, showCount } from './bad-file.ts';
import { checkColumnChunk, checkFooter, checkMetadata, checkSchema, footerStart } from './check-parquet.ts';
import { pageCodecs } from './decompress-page.ts';
import { decompressionLimit } from './decompression-limit.ts';
import { readFileChecked } from './read-file-checked.ts';
import { sniffContent } from './sniff-content.ts';
import { wrongContent } from './wrong-content.ts';

const format = 'parquet';

/** A column of a parquet table, as far as it can be read here. */
export interface ParquetColumn {
  readonly name: string;
  /** `image` is a structure with a field `bytes`, as Hugging Face stores images; `other` cannot be read. */
  readonly kind: 'text' | 'bytes' | 'image' | 'integer' | 'other';
  /** The names of the classes that a Hugging Face label column numbers. */
  readonly classes?: readonly string[];
}

/** What a parquet table holds. */
export interface ParquetTable {
  readonly rows: number;
  readonly columns: readonly ParquetColumn[];
}

/** The rows and columns of a parquet table, from its footer alone. Fails with `bad-file`. */
export function describeParquet(bytes: Uint8Array, path: string): ParquetTable {
  return describe(readMetadata(bytes, path));
}

/** The strings of a column. Fails with `bad-file` at a row that is empty (null), with `unknown-name` if there is no such column. */
export async function readParquetText(bytes: Uint8Array, path: string, column = 'text'): Promise<string[]> {
  const values = await readColumn(bytes, path, column, ['text', 'bytes']);
  return values.map((value, row) => {
    try {
      return utf8.decode(value as Uint8Array);
    } catch {
      throw badFile(format, path, 'the value is not UTF-8 text', {
        offset: `column ${quote(column)}, row ${row}`,
      });
    }
  });
}

/** The bytes of a column of byte strings, or of a column of structures with a field `bytes`. Fails as `readParquetText`. */
export async function readParquetBytes(
  bytes: Uint8Array,
  path: string,
  column = 'image',
): Promise<Uint8Array[]> {
  const values = await readColumn(bytes, path, column, ['bytes', 'image']);
  return values.map((value, row) => {
    const content = value instanceof Uint8Array ? value : (value as { bytes?: unknown }).bytes;
    if (content instanceof Uint8Array) return content;
    throw badFile(format, path, 'the value has no bytes', {
      offset: `column ${quote(column)}, row ${row}`,
      hint: 'Images that are only named there must be put in: cast_column and embed_storage of datasets do so.',
    });
  });
}

/** The whole numbers of a column, such as class labels. Fails as `readParquetText`. */
export async function readParquetIntegers(
  bytes: Uint8Array,
  path: string,
  column = 'label',
): Promise<Int32Array> {
  const values = await readColumn(bytes, path, column, ['integer']);
  return Int32Array.from(values, (value, row) => {
    const number = Number(value);
    if ((number | 0) === number) return number;
    throw badFile(format, path, `${quote(String(value))} is not a whole number of 32 bits`, {
      offset: `column ${quote(column)}, row ${row}`,
    });
  });
}

/** The bytes of a parquet file. Fails with `file-not-found`. */
export function readParquetFile(path: string): Uint8Array {
  return readFileChecked(path, format);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** How to bring a table into the form that is read here. */
const rewrite = `Write it anew: python -c "import pyarrow.parquet as p; p.write_table(p.read_table('in.parquet'), 'out.parquet')".`;

function readMetadata(bytes: Uint8Array, path: string): FileMetaData {
  const content = sniffContent(bytes);
  if (content.kind !== 'parquet') throw wrongContent(format, path, 'it must start with PAR1', bytes, content);
  if (bytes.length < 12 || Buffer.from(bytes.subarray(-4)).toString('latin1') !== 'PAR1')
    throw badFile(format, path, 'it does not end with PAR1', {
      offset: `byte ${Math.max(0, bytes.length - 4)}`,
      hint: 'It is probably an incomplete download: fetch it again.',
    });
  try {
    checkFooter(bytes);
    const metadata = parquetMetadata(bytes, { geoparquet: false });
    checkSchema(metadata.schema);
    checkMetadata(metadata);
    return metadata;
  } catch (error) {
    throw damaged(path, 'its footer is damaged', error, {
      offset: `byte ${footerStart(bytes)}`,
      hint: 'Write or fetch it again.',
    });
  }
}

/** The elements of each column below the root: itself first, then what is nested in it, with their paths. */
function columnsOf({ schema }: FileMetaData): SchemaElement[][] {
  const columns: SchemaElement[][] = [];
  let at = 1;
  while (at < schema.length) {
    const start = at;
    for (let open = 1; open > 0; open--) open += schema[at++]!.num_children ?? 0;
    columns.push(schema.slice(start, at));
  }
  return columns;
}

function kindOf([element, ...nested]: readonly SchemaElement[]): ParquetColumn['kind'] {
  if (element === undefined || [element, ...nested].some(({ repetition_type: type }) => type === 'REPEATED'))
    return 'other';
  if (nested.length > 0)
    return nested.some(({ name, type }) => name === 'bytes' && type === 'BYTE_ARRAY') &&
      nested.every(({ num_children: children }) => !children)
      ? 'image'
      : 'other';
  const text = element.converted_type === 'UTF8' || element.logical_type?.type === 'STRING';
  if (element.type === 'BYTE_ARRAY') {
    if (text) return 'text';
    return element.converted_type === undefined && element.logical_type === undefined ? 'bytes' : 'other';
  }
  const plain = element.converted_type === undefined || /^U?INT_/.test(element.converted_type);
  return (element.type === 'INT32' || element.type === 'INT64') && plain ? 'integer' : 'other';
}

function describe(metadata: FileMetaData): ParquetTable {
  const classes = huggingFaceClasses(metadata);
  return {
    rows: Number(metadata.num_rows),
    columns: columnsOf(metadata).map((column) => {
      const name = column[0]!.name;
      const names = classes.get(name);
      return { name, kind: kindOf(column), ...(names === undefined ? {} : { classes: names }) };
    }),
  };
}

/** The names of classes that the `datasets` library notes in a table's metadata. */
function huggingFaceClasses(metadata: FileMetaData): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const note = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  try {
    const { info } = JSON.parse(note ?? '{}') as {
      info?: { features?: Record<string, { names?: unknown }> };
    };
    for (const [column, { names }] of Object.entries(info?.features ?? {}))
      if (Array.isArray(names) && names.every((name) => typeof name === 'string')) found.set(column, names);
  } catch {
    // The note is another program's; without it the classes have numbers instead of names.
  }
  return found;
}

async function readColumn(
  bytes: Uint8Array,
  path: string,
  name: string,
  kinds: readonly ParquetColumn['kind'][],
): Promise<unknown[]> {
  const metadata = readMetadata(bytes, path);
  const table = describe(metadata);
  const column = lookUp('column', Object.fromEntries(table.columns.map((c) => [c.name, c])), name, path);
  const place = { offset: `column ${quote(name)}` };
  if (!kinds.includes(column.kind)) {
    const fitting = table.columns.filter(({ kind }) => kinds.includes(kind)).map((c) => quote(c.name));
    throw badFile(format, path, `its values are of kind ${column.kind}; needed: ${kinds.join(' or ')}`, {
      ...place,
      hint:
        fitting.length === 0 ? 'No column of this table fits.' : `Columns that fit: ${fitting.join(', ')}.`,
    });
  }
  checkColumn(bytes, metadata, name, path);
  const values: unknown[] = [];
  try {
    await parquetRead({
      file: {
        byteLength: bytes.length,
        slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
      },
      metadata,
      columns: [name],
      utf8: false,
      compressors: pageCodecs,
      // Strings are decoded by the caller, who knows the row.
      parsers: { stringFromBytes: (value: Uint8Array) => value },
      onComplete: (rows) => {
        for (const [value] of rows) values.push(value);
      },
    });
  } catch (error) {
    throw damaged(path, 'its data are damaged', error, { ...place, hint: rewrite });
  }
  const gap = values.findIndex((value) => value === null || value === undefined);
  if (gap >= 0)
    throw badFile(format, path, 'the value is missing (null)', {
      offset: `column ${quote(name)}, row ${gap}`,
      hint: 'Drop such rows first.',
    });
  return values;
}

function checkColumn(bytes: Uint8Array, metadata: FileMetaData, name: string, path: string): void {
  const elements = columnsOf(metadata).find(([element]) => element?.name === name)!;
  const place = { offset: `column ${quote(name)}` };
  let budget = decompressionLimit(bytes.length);
  let rows = 0;
  for (const group of metadata.row_groups) {
    const values = Number(group.num_rows);
    rows += values;
    // A value takes 8 bytes or more in memory.
    if (!(values >= 0) || rows > budget / 8)
      throw badFile(
        format,
        path,
        `it announces ${showCount(rows)} rows in ${showCount(bytes.length)} bytes`,
        place,
      );
    const chunks = group.columns.filter(({ meta_data: data }) => data?.path_in_schema[0] === name);
    for (const { meta_data: data } of chunks) {
      if (!Object.hasOwn(pageCodecs, data!.codec))
        throw badFile(format, path, `its compression is ${data!.codec ?? 'unknown'}`, {
          ...place,
          hint: `Allowed: ${Object.keys(pageCodecs).join(', ')}. ${rewrite}`,
        });
      const leaf = data!.path_in_schema.map((part) => elements.find((element) => element.name === part));
      try {
        if (leaf.includes(undefined) || leaf.length > 2)
          throw new RangeError('its path is not in the schema');
        budget -= checkColumnChunk(bytes, data!, leaf as SchemaElement[], { values, bytes: budget });
      } catch (error) {
        const reason = error instanceof RangeError ? error.message : 'its data are damaged';
        throw damaged(path, `it cannot be read: ${reason}`, error, {
          ...place,
          hint: rewrite,
        });
      }
    }
  }
  if (rows !== Number(metadata.num_rows))
    throw badFile(
      format,
      path,
      `its groups hold ${showCount(rows)} rows, but it announces ${showCount(Number(metadata.num_rows))}`,
    );
}

function damaged(path: string, problem: string, cause: unknown, place = {}) {
  const error = badFile(format, path, problem, place);
  error.cause = cause;
  return error;
}
