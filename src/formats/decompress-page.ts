import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { type CompressionCodec, snappyUncompress } from 'hyparquet';

type Decompress = (input: Uint8Array, size: number) => Uint8Array;

/** Parquet's compression codecs; each makes exactly `size` bytes or throws. (`LZ4`, Hadoop's framing, is deprecated, `LZO` unused.) */
export const pageCodecs = {
  UNCOMPRESSED: (input) => input,
  SNAPPY: (input, size) => {
    const output = new Uint8Array(size);
    snappyUncompress(input, output);
    return output;
  },
  GZIP: (input, size) => gunzipSync(input, { maxOutputLength: Math.max(1, size) }),
  BROTLI: (input, size) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, size) }),
  ZSTD: (input, size) => unzstd(input, new Uint8Array(size)),
  LZ4_RAW: unLz4,
} as const satisfies Partial<Record<CompressionCodec, Decompress>>;

/** The name of a codec that can be read. */
export type PageCodec = keyof typeof pageCodecs;

/**
 * Decompresses one LZ4 block into exactly `size` bytes: sequences of literals and of copies from up to 64 KiB back.
 * Source: LZ4, 'Block format description'.
 */
function unLz4(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  let from = 0;
  let to = 0;
  const length = (nibble: number): number => {
    let total = nibble;
    if (nibble === 15)
      for (let more = 255; more === 255; total += more) {
        if (from >= input.length) throw new RangeError('LZ4 data end too early');
        more = input[from++]!;
      }
    return total;
  };
  while (from < input.length) {
    const token = input[from++]!;
    const literals = length(token >> 4);
    if (literals > input.length - from || literals > size - to)
      throw new RangeError('LZ4 literals are too long');
    output.set(input.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === input.length) break;
    if (from + 2 > input.length) throw new RangeError('LZ4 data end too early');
    const distance = input[from]! | (input[from + 1]! << 8);
    from += 2;
    const count = length(token & 15) + 4;
    if (distance === 0 || distance > to || count > size - to)
      throw new RangeError('LZ4 copy is out of range');
    for (let i = 0; i < count; i++, to++) output[to] = output[to - distance]!;
  }
  if (to !== size) throw new RangeError('LZ4 data are too short');
  return output;
}
