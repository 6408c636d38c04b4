import { badFile, showCount, showShape } from './bad-file.ts';
import { decompressionLimit } from './decompression-limit.ts';
import { gunzipChecked, gunzipHead, isGzip } from './gunzip-checked.ts';
import { type DType, decodeNumbers, dtypes, elementCount, type NumericArray } from './numeric-array.ts';
import { readFileChecked } from './read-file-checked.ts';
import { wrongContent } from './wrong-content.ts';

const format = 'IDX';

const types: Readonly<Record<number, DType>> = {
  8: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};

/**
 * Reads an IDX file, the format of MNIST and its relatives, plain or gzip-compressed: two zero bytes, the element
 * type, the number of axes, their sizes as big-endian 32-bit numbers, and the big-endian values.
 * Images come out as `[count, rows, columns]`, labels as `[count]`. Fails with `bad-file`.
 * Source: Yann LeCun, 'The MNIST database', section 'The IDX file format'.
 */
export function readIdx(bytes: Uint8Array, path: string): NumericArray {
  if (!isGzip(bytes)) return decode(bytes, readHeader(bytes, path), path);
  // The header says how much will come out; only then is it decompressed, and never more than that.
  const header = readHeader(gunzipHead(bytes, longestHeader, format, path), path);
  const limit = decompressionLimit(bytes.length);
  if (header.total > limit)
    throw badFile(
      format,
      path,
      `its header announces ${showShape(header.shape)} ${header.dtype} values (${showCount(header.total)} bytes); ` +
        `${showCount(bytes.length)} gzip bytes may hold at most ${showCount(limit)}`,
      { offset: 'byte 4', hint: 'Where you trust it, unpack it yourself: gunzip.' },
    );
  return decode(gunzipChecked(bytes, header.total, format, path), header, path);
}

/** `readIdx` on a file. */
export function readIdxFile(path: string): NumericArray {
  return readIdx(readFileChecked(path, format), path);
}

interface Header {
  dtype: DType;
  shape: number[];
  /** The header's length and the whole file's length, in bytes. */
  length: number;
  total: number;
}

const longestHeader = 4 + 4 * 255;

function readHeader(bytes: Uint8Array, path: string): Header {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0)
    throw wrongContent(format, path, 'it must start with two zero bytes', bytes);
  const dtype = types[bytes[2]!];
  if (dtype === undefined)
    throw badFile(format, path, `its element type is 0x${bytes[2]!.toString(16).padStart(2, '0')}`, {
      offset: 'byte 2',
      hint: 'Allowed: 0x08 (uint8), 0x09 (int8), 0x0b (int16), 0x0c (int32), 0x0d (float32), 0x0e (float64).',
    });
  const axes = bytes[3]!;
  if (axes === 0)
    throw badFile(format, path, 'it has no axes', { offset: 'byte 3', hint: 'At least one is needed.' });
  const length = 4 + 4 * axes;
  if (bytes.length < length)
    throw badFile(
      format,
      path,
      `its header of ${axes === 1 ? '1 axis' : `${axes} axes`} needs ${length} bytes, but there are ${bytes.length}`,
      { offset: 'byte 4' },
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { dtype, shape, length, total: length + elementCount(shape) * dtypes[dtype].bytes };
}

function decode(bytes: Uint8Array, { dtype, shape, length, total }: Header, path: string): NumericArray {
  if (bytes.length !== total)
    throw badFile(
      format,
      path,
      `its header announces ${showShape(shape)} ${dtype} values (${showCount(total - length)} bytes), ` +
        `but ${showCount(bytes.length - length)} bytes follow`,
      {
        offset: `byte ${length}`,
        ...(bytes.length < total ? { hint: 'It is probably an incomplete download: fetch it again.' } : {}),
      },
    );
  return { dtype, shape, data: decodeNumbers(bytes, length, elementCount(shape), dtype, false) };
}
