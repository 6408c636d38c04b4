/**
 * Files that were cut, altered or mixed give a result or a GraftError, never another exception, and never take much
 * memory. `GRAFT_FUZZ_RUNS` sets how many of each format are tried, `GRAFT_FUZZ_SEED` where the drawing starts.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraftError } from '../../src/errors.ts';
import { readCifarBinary } from '../../src/formats/cifar-binary.ts';
import { decodeImage } from '../../src/formats/decode-image.ts';
import { readIdx } from '../../src/formats/idx.ts';
import { readImageZip } from '../../src/formats/image-folder.ts';
import { readJsonlText } from '../../src/formats/jsonl.ts';
import { readWords, wordsOf } from '../../src/formats/music/event-words.ts';
import { readMidi, writeMidi } from '../../src/formats/music/midi.ts';
import { readAbc } from '../../src/formats/music/read-abc.ts';
import { songOf } from '../../src/formats/music/song.ts';
import { readNpy, writeNpy } from '../../src/formats/npy.ts';
import { readNpz, writeNpz } from '../../src/formats/npz.ts';
import { type DType, dtypes, encodeNumbers, type NumericArray } from '../../src/formats/numeric-array.ts';
import {
  describeParquet,
  readParquetBytes,
  readParquetIntegers,
  readParquetText,
} from '../../src/formats/parquet.ts';
import { readText } from '../../src/formats/plain-text.ts';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { listZip, readZipEntry, writeZip } from '../../src/formats/zip.ts';

const golden = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../golden/formats/${name}`, import.meta.url)));

const runs = Number(process.env.GRAFT_FUZZ_RUNS ?? 300);
const seed = Number(process.env.GRAFT_FUZZ_SEED ?? 1);

/** Values that a length or a size is altered to, little- and big-endian. */
const wordValues = [0, 1, 0x7f, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

interface Change {
  readonly kind: 'cut' | 'byte' | 'word' | 'remove' | 'repeat';
  /** Where, as a fraction of the length. */
  readonly at: number;
  readonly value: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('cut', 'byte', 'byte', 'word', 'word', 'remove', 'repeat'),
  // Headers stand at the beginning and, in zip and parquet, at the end: look there more often.
  at: fc.oneof(
    fc.double({ min: 0, max: 0.1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0.7, max: 1, noNaN: true }),
  ),
  value: fc.integer({ min: 0, max: 0xffff }),
});

function alter(bytes: Uint8Array, changes: readonly Change[]): Uint8Array {
  let out = Buffer.from(bytes);
  for (const { kind, at, value } of changes) {
    const place = Math.min(out.length, Math.floor(at * out.length));
    const word = wordValues[value % wordValues.length]!;
    if (kind === 'cut') out = out.subarray(0, place);
    else if (kind === 'byte' && place < out.length) out[place] = value & 255;
    else if (kind === 'word' && place + 4 <= out.length)
      value & 256 ? out.writeUInt32LE(word, place) : out.writeUInt32BE(word, place);
    else if (kind === 'remove')
      out = Buffer.concat([out.subarray(0, place), out.subarray(place + 1 + (value % 8))]);
    else if (kind === 'repeat')
      out = Buffer.concat([out.subarray(0, place), out.subarray(Math.max(0, place - (value % 64)))]);
  }
  return new Uint8Array(out);
}

const idx = new Uint8Array([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 7, ...new Array(105).fill(9)]);

const abc = `X:1
T:A tune
M:6/8
Q:1/4=100
K:Dm
A|:"Dm"d2e (3fga [DF]3/2>c|{ef}g3- g2 _B:|[1 z3 e'f,/:|[2 D6|]
[K:G]
P:B
M:C|
G>A B<c ^d__e =f/ ~g4||
`;
const tune = readAbc(abc);

const seeds: Record<string, { files: Uint8Array[]; read: (bytes: Uint8Array) => unknown; runs?: number }> = {
  idx: { files: [idx, gzipSync(idx)], read: (bytes) => readIdx(bytes, 'f') },
  abc: {
    files: [Buffer.from(abc)],
    read: (bytes) => songOf(readAbc(Buffer.from(bytes).toString('utf8'), 'f')),
  },
  midi: {
    files: [writeMidi(songOf(tune))],
    read: (bytes) => wordsOf(readMidi(bytes, 'f')),
  },
  'event words': {
    files: [Buffer.from(wordsOf(songOf(tune)))],
    read: (bytes) => writeMidi(readWords(Buffer.from(bytes).toString('latin1'), 'f')),
  },
  npy: {
    files: ['float32', 'fortran', 'big-endian', 'scalar', 'rank-13'].map((n) => golden(`${n}.npy`)),
    read: (bytes) => readNpy(bytes, 'f'),
  },
  npz: { files: [golden('stored.npz'), golden('deflated.npz')], read: (bytes) => readNpz(bytes, 'f') },
  zip: {
    files: [golden('stored.npz'), golden('deflated.npz')],
    read: (bytes) => listZip(bytes, 'f').map((entry) => readZipEntry(bytes, entry, 'f')),
  },
  safetensors: { files: [golden('reference.safetensors')], read: (bytes) => readSafetensors(bytes, 'f') },
  cifar: {
    files: [new Uint8Array(3073 * 2), new Uint8Array(3074)],
    read: (bytes) => readCifarBinary(bytes, 'f'),
  },
  text: {
    files: [new TextEncoder().encode('ein schöner Tag\nпять 六\r\n'), gzipSync('some lines\n'.repeat(50))],
    read: (bytes) => readText(bytes, 'f'),
  },
  jsonl: {
    files: [new TextEncoder().encode('{"text":"a"}\n{"text":"\\u00e9","n":[1,{"b":2}]}\n')],
    read: (bytes) => readJsonlText(bytes, 'f'),
  },
  parquet: {
    files: ['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'version-2', 'plain'].map((n) =>
      golden(`${n}.parquet`),
    ),
    read: async (bytes) => {
      describeParquet(bytes, 'f');
      for (const read of [
        () => readParquetText(bytes, 'f'),
        () => readParquetText(bytes, 'f', 'many'),
        () => readParquetIntegers(bytes, 'f', 'id'),
        () => readParquetBytes(bytes, 'f', 'image'),
      ])
        await settle(read);
    },
    runs: 2 * runs,
  },
  images: {
    files: [
      'rgba.png',
      'palette.png',
      'grey-16.png',
      'colour.jpg',
      'picture.gif',
      'lossless.webp',
      'rgb.tif',
    ].map(golden),
    read: (bytes) => decodeImage(bytes, 'f', [0, 0, 0]),
  },
  'zip of images': {
    files: [
      writeZip(
        new Map([
          ['a/1.png', golden('rgb.png')],
          ['b/1.png', golden('rgba.png')],
        ]),
        true,
      ),
    ],
    read: (bytes) => readImageZip(bytes, 'f'),
  },
};

/** Runs a reader; anything but a result and a GraftError is passed on. */
async function settle(read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    // A message must be short and say something.
    expect(error.message.length).toBeLessThan(2000);
    expect(error.message).not.toMatch(/undefined|NaN|\[object/);
  }
}

/** Kilobytes of memory that the process ever held. */
const peak = () => process.resourceUsage().maxRSS;

describe('damaged files', () => {
  test.each(Object.keys(seeds))('%s', async (name) => {
    const { files, read, runs: numRuns = runs } = seeds[name]!;
    for (const file of files) await read(file);
    const before = peak();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: files.length - 1 }),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (file, changes) => settle(() => read(alter(files[file]!, changes))),
      ),
      { numRuns, seed },
    );
    expect(peak() - before).toBeLessThan(300_000);
  });

  test('one format in place of another', async () => {
    const all = Object.values(seeds);
    for (const { read } of all)
      for (const { files } of all) for (const file of files) await settle(() => read(file));
  });
});

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const names = Object.keys(dtypes) as DType[];

/** Arrays of any type and shape, with any bits that the type allows. */
const arrays = (types: readonly DType[]): fc.Arbitrary<NumericArray> =>
  fc.tuple(fc.constantFrom(...types), shapes).chain(([dtype, shape]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const { bytes, array } = dtypes[dtype];
    return fc.uint8Array({ minLength: count * bytes, maxLength: count * bytes }).map((bits) => {
      if (dtype === 'bool') for (let i = 0; i < bits.length; i++) bits[i] = bits[i]! & 1;
      return { dtype, shape, data: new array(bits.slice().buffer) };
    });
  });

const same = (a: NumericArray, b: NumericArray) => {
  expect([a.dtype, a.shape]).toEqual([b.dtype, b.shape]);
  expect(Buffer.from(encodeNumbers(a)).equals(Buffer.from(encodeNumbers(b)))).toBe(true);
};

describe('what is written is read again, bit for bit', () => {
  const forNumpy = names.filter((dtype) => dtype !== 'bfloat16');

  test('npy', () => {
    fc.assert(
      fc.property(arrays(forNumpy), (array) => same(readNpy(writeNpy(array), 'f'), array)),
      { seed },
    );
  });

  test('npz', () => {
    const dictionary = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_./]{0,8}[a-z]$/), arrays(forNumpy), {
      minKeys: 1,
      maxKeys: 4,
    });
    fc.assert(
      fc.property(dictionary, fc.boolean(), (entries, deflate) => {
        const input = new Map(Object.entries(entries));
        const safe = [...input.keys()].every((name) => !name.split('/').includes('..'));
        if (!safe) return;
        const output = readNpz(writeNpz(input, deflate), 'f');
        expect([...output.keys()]).toEqual([...input.keys()]);
        for (const [name, array] of output) same(array, input.get(name)!);
      }),
      { seed },
    );
  });

  test('safetensors', () => {
    const dictionary = fc.dictionary(fc.string({ unit: 'grapheme' }), arrays(names), { maxKeys: 6 });
    const notes = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
    fc.assert(
      fc.property(dictionary, notes, (entries, metadata) => {
        const input = new Map(Object.entries(entries).filter(([name]) => name !== '__metadata__'));
        const output = readSafetensors(Buffer.concat(writeSafetensors(input, metadata)), 'f');
        expect(output.metadata).toEqual({ ...metadata });
        expect([...output.tensors.keys()].sort()).toEqual([...input.keys()].sort());
        for (const [name, array] of output.tensors) same(array, input.get(name)!);
      }),
      { seed },
    );
  });
});
