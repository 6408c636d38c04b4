import { GraftError } from '../errors.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { badFile, quote, showCount, showShape } from './bad-file.ts';
import {
  type DType,
  decodeNumbers,
  dtypes,
  elementCount,
  encodeNumbers,
  type NumericArray,
  type TypedArray,
} from './numeric-array.ts';
import { type PythonLiteral, parsePythonLiteral } from './python-literal.ts';
import { readFileChecked } from './read-file-checked.ts';
import { sniffContent } from './sniff-content.ts';
import { wrongContent } from './wrong-content.ts';

const format = 'NPY';

/** Element types by numpy's kind letter and size. */
const types: Readonly<Record<string, DType>> = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

/**
 * Reads a NumPy array file, versions 1.0 to 3.0, either byte order; arrays in Fortran order are rearranged to C order.
 * Arrays of Python objects are pickles and are refused; so are text, complex, date and record arrays, with a hint.
 * Fails with `bad-file`. Source: NumPy enhancement proposal 1, 'A simple file format for NumPy arrays'.
 */
export function readNpy(bytes: Uint8Array, path: string): NumericArray {
  const header = readHeader(bytes, path);
  const { dtype, littleEndian, fortranOrder, shape, length } = header;
  const count = elementCount(shape);
  const needed = count * dtypes[dtype].bytes;
  const found = bytes.length - length;
  if (needed !== found)
    throw badFile(
      format,
      path,
      `its header announces ${showShape(shape)} ${dtype} values (${showCount(needed)} bytes), ` +
        `but ${showCount(found)} bytes follow`,
      {
        offset: `byte ${length}`,
        hint: found < needed ? again : 'One file holds one array; for several use numpy.savez.',
      },
    );
  const data = decodeNumbers(bytes, length, count, dtype, littleEndian);
  return { dtype, shape, data: fortranOrder ? toRowMajor(data, shape) : data };
}

/** `readNpy` on a file. */
export function readNpyFile(path: string): NumericArray {
  return readNpy(readFileChecked(path, format), path);
}

/**
 * A NumPy array file (version 1.0, little-endian, C order), byte for byte as `numpy.save` writes it.
 * NumPy has no bfloat16: convert such an array first.
 */
export function writeNpy(array: NumericArray): Uint8Array {
  const type = Object.entries(types).find(([, dtype]) => dtype === array.dtype)?.[0];
  if (type === undefined)
    throw new GraftError('unsupported', {
      what: `an NPY file of ${array.dtype} values`,
      reason: 'NumPy has no such type',
      hint: 'Convert to float32 first.',
    });
  if (elementCount(array.shape) !== array.data.length)
    throw new GraftError('shape-mismatch', {
      op: 'writeNpy',
      shapes: [[array.data.length], array.shape],
      rule: 'the shape must hold as many elements as there are values',
    });
  const order = dtypes[array.dtype].bytes === 1 ? '|' : '<';
  const shape = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(', ');
  const literal = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': (${shape}), }`;
  // NumPy leaves room for the first axis to grow to 21 digits, then pads to a multiple of 64
  const growth = array.shape.length === 0 ? 0 : Math.max(0, 21 - String(array.shape[0]).length);
  // (a whole 64 bytes where nothing is lacking).
  const length = (Math.floor((10 + literal.length + growth + 1) / 64) + 1) * 64;
  const header = Buffer.alloc(length, 0x20);
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(length - 10, 8);
  header.write(literal, 10, 'latin1');
  header[length - 1] = 0x0a;
  return Buffer.concat([header, encodeNumbers(array)]);
}

/** `writeNpy` to a file, atomically. */
export function writeNpyFile(path: string, array: NumericArray): void {
  writeFileAtomic(path, writeNpy(array));
}

interface Header {
  dtype: DType;
  littleEndian: boolean;
  fortranOrder: boolean;
  shape: number[];
  length: number;
}

/** NumPy's own limit. */
const mostAxes = 64;

const again = 'It is damaged or incomplete: write it again with numpy.save.';

/** Honest headers are below a kilobyte; record arrays, which are refused anyway, may be longer. */
const longestHeader = 1 << 20;

function readHeader(bytes: Uint8Array, path: string): Header {
  const content = sniffContent(bytes);
  if (content.kind !== 'npy')
    throw wrongContent(format, path, 'it must start with \\x93NUMPY', bytes, content);
  const version = bytes[6];
  if (version !== 1 && version !== 2 && version !== 3)
    throw badFile(format, path, `its version is ${version ?? 'missing'}`, {
      offset: 'byte 6',
      hint: 'Allowed: 1, 2, 3.',
    });
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start)
    throw badFile(format, path, `it ends within its header (${bytes.length} bytes)`, {
      offset: 'byte 8',
      hint: again,
    });
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = version === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8);
  if (headerLength > longestHeader || start + headerLength > bytes.length)
    throw badFile(
      format,
      path,
      `its header announces ${showCount(headerLength)} bytes, but ${showCount(bytes.length - start)} follow`,
      { offset: 'byte 8', hint: again },
    );
  const text = buffer.toString(version === 3 ? 'utf8' : 'latin1', start, start + headerLength);
  const fail = (problem: string, hint = again): never => {
    throw badFile(format, path, problem, { offset: `byte ${start}`, hint });
  };
  const literal = parsePythonLiteral(text);
  if (!(literal instanceof Map)) return fail(`its header is not a Python dictionary: ${quote(text.trim())}`);
  const descr = literal.get('descr');
  const fortranOrder = literal.get('fortran_order');
  const shape = literal.get('shape');
  if (descr === undefined || typeof fortranOrder !== 'boolean' || !Array.isArray(shape))
    return fail(`its header lacks 'descr', 'fortran_order' or 'shape': ${quote(text.trim())}`);
  if (shape.length > mostAxes) return fail(`it has ${shape.length} axes; at most ${mostAxes} are allowed`);
  if (!shape.every((size): size is number => typeof size === 'number' && size >= 0))
    return fail(`its shape is not a tuple of whole numbers: ${quote(text.trim())}`);
  return { ...elementType(descr, fail), fortranOrder, shape, length: start + headerLength };
}

function elementType(
  descr: PythonLiteral,
  fail: (problem: string, hint?: string) => never,
): { dtype: DType; littleEndian: boolean } {
  if (typeof descr !== 'string')
    return fail('it is a record array', 'Save each field as an array of its own: numpy.savez.');
  const match = /^([<>|=]?)([a-zA-Z])(\d*)(?:\[.*\])?$/.exec(descr);
  const [, order = '', kind = '', size = ''] = match ?? [];
  const dtype = types[kind + size];
  if (match !== null && dtype !== undefined) return { dtype, littleEndian: order !== '>' };
  if (kind === 'O')
    return fail(
      `it holds Python objects (dtype ${quote(descr)}), which only a pickle can bring back, and reading one runs code`,
      'Save plain numbers instead: numpy.save(path, numpy.asarray(list, dtype=numpy.float32)).',
    );
  const refused: Readonly<Record<string, [string, string]>> = {
    S: ['byte strings', 'Write text one item a line, or as JSONL.'],
    U: ['text', 'Write text one item a line, or as JSONL.'],
    c: ['complex numbers', 'Save the real and the imaginary part as an array each.'],
    M: ['dates', "Convert first: array.astype('int64')."],
    m: ['durations', "Convert first: array.astype('int64')."],
    V: ['raw bytes or bfloat16', 'Convert first: array.astype(numpy.float32).'],
    f: ['extended-precision numbers', 'Convert first: array.astype(numpy.float64).'],
  };
  const [what, hint] = refused[kind] ?? ['an unknown type', `Allowed: ${Object.keys(types).join(', ')}.`];
  return fail(`it holds ${what} (dtype ${quote(descr)})`, hint);
}

/** Rearranges values whose first axis runs fastest into the order in which the last one does. */
function toRowMajor(data: TypedArray, shape: readonly number[]): TypedArray {
  const out = data.slice();
  const rank = shape.length;
  if (rank < 2 || data.length === 0) return out;
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  const index = new Array<number>(rank).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from]!;
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
