/**
 * What people and hostile senders hand over, and the exact answer to each: the error's code, the place in the file,
 * and the suggestion. `{path}` stands for the path that was given.
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { byteTokenizer } from '../src/data/tokenizers/byte-tokenizer.ts';
import { type ErrorCode, GraftError } from '../src/errors.ts';
import { writeFileAtomic } from '../src/formats/atomic-file.ts';
import { readCifarBinaryFile } from '../src/formats/cifar-binary.ts';
import { detectFormat } from '../src/formats/detect-format.ts';
import { readIdxFile } from '../src/formats/idx.ts';
import { readImageFile, readImageFolder, readImageZipFile } from '../src/formats/image-folder.ts';
import { readJsonlTextFile } from '../src/formats/jsonl.ts';
import { readNpyFile } from '../src/formats/npy.ts';
import { readNpzArray, readNpzFile } from '../src/formats/npz.ts';
import { readParquetFile, readParquetText } from '../src/formats/parquet.ts';
import { readParquetImages } from '../src/formats/parquet-images.ts';
import { readLinesFile, readTextFile, readTextFolder } from '../src/formats/plain-text.ts';
import { readSafetensorsFile, writeSafetensors } from '../src/formats/safetensors.ts';
import { writeZip } from '../src/formats/zip.ts';
import { loadCheckpoint } from '../src/models/checkpoint.ts';
import { createModel } from '../src/models/index.ts';
import { weightTensors } from '../src/models/weight-tensors.ts';
import { freshWeights } from '../src/models/weights.ts';
import { stream } from '../src/random.ts';

type Content = string | Uint8Array;

interface Row {
  /** What is wrong. */
  readonly name: string;
  /** The path given, below a folder of its own, and the files in that folder. */
  readonly path: string;
  readonly files: () => Record<string, Content> | Promise<Record<string, Content>>;
  readonly call: (path: string) => unknown;
  readonly code: ErrorCode;
  /** Where: byte, line, entry, tensor, row; the path itself if it is the place. */
  readonly place: string;
  readonly suggestion: string;
}

// Builders of files that are valid but for one thing.

const bytesOf = (...parts: (number[] | Content)[]) =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    ),
  );

const idx = (type: number, shape: number[], values: number) =>
  bytesOf(
    [0, 0, type, shape.length],
    ...shape.map((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]),
    new Uint8Array(values),
  );

const npy = (header: string, values = 0, length = header.length) =>
  bytesOf('\x93NUMPY\x01\x00', [length & 255, length >> 8], header, new Uint8Array(values));

const vector = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8);

const safetensors = (header: string, values: number, length = header.length) =>
  bytesOf([length & 255, length >> 8, 0, 0, 0, 0, 0, 0], header, new Uint8Array(values));

const tensor = (from: number, to: number, shape = [2], dtype = 'F32') =>
  JSON.stringify({ dtype, shape, data_offsets: [from, to] });

/** A zip in which `change` altered bytes; `at` finds a signature's n-th place. */
const brokenZip = (
  files: Record<string, Uint8Array>,
  change: (zip: Buffer, at: (signature: string, n?: number) => number) => void,
) => {
  const zip = Buffer.from(zipSync(files, { level: 0 }));
  change(zip, (signature, n = 0) => {
    let place = -1;
    for (let i = 0; i <= n; i++) place = zip.indexOf(Buffer.from(signature, 'latin1'), place + 1);
    return place;
  });
  return new Uint8Array(zip);
};

const directoryEntry = 'PK\x01\x02';

const png = async (width: number, height: number) =>
  new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background: { r: 9, g: 8, b: 7 } } })
      .png()
      .toBuffer(),
  );

const parquet = (columns: Parameters<typeof parquetWriteBuffer>[0]['columnData']) =>
  new Uint8Array(parquetWriteBuffer({ columnData: columns }));

const golden = (name: string) =>
  new Uint8Array(fs.readFileSync(new URL(`golden/formats/${name}`, import.meta.url)));

const readTable = (column: string) => (path: string) => readParquetText(readParquetFile(path), path, column);

/** A checkpoint in the folder 'model', valid but for what `change` does to its configuration and tensors. */
const checkpoint = (
  family: 'vae' | 'transformer',
  change: (config: Record<string, unknown>, tensors: ReturnType<typeof weightTensors>) => void = () => {},
) => {
  const config =
    family === 'vae'
      ? { image: [1, 2, 2], hidden: [2], latent: 1 }
      : { vocabulary: 7, context: 4, layers: 1, heads: 1, width: 4 };
  const model = createModel(family, config);
  const tensors = weightTensors(model, freshWeights(model, stream(1)));
  change(config, tensors);
  return {
    'model/config.json': JSON.stringify({ graft: 1, family, config }),
    'model/model.safetensors': new Uint8Array(Buffer.concat(writeSafetensors(tensors))),
  };
};

const bias = 'encoder/0/bias';

const rows: Row[] = [
  // Checkpoints
  {
    name: 'checkpoint: weights that are whole numbers',
    path: 'model',
    files: () =>
      checkpoint('vae', (_, tensors) =>
        tensors.set(bias, { dtype: 'int32', shape: [2], data: Int32Array.of(1, 2) }),
      ),
    call: loadCheckpoint,
    code: 'bad-file',
    place: `tensor '${bias}'`,
    suggestion: 'Write the weights as float32, float64, float16, bfloat16.',
  },
  {
    name: 'checkpoint: weights that are no numbers',
    path: 'model',
    files: () =>
      checkpoint('vae', (_, tensors) =>
        tensors.set(bias, { dtype: 'float32', shape: [2], data: Float32Array.of(1, Number.NaN) }),
      ),
    call: loadCheckpoint,
    code: 'not-finite',
    place: '{path}/model.safetensors',
    suggestion: 'The model was damaged, or its training failed: take an earlier one.',
  },
  {
    name: 'checkpoint: a tensor is missing',
    path: 'model',
    files: () => checkpoint('vae', (_, tensors) => tensors.delete(bias)),
    call: loadCheckpoint,
    code: 'bad-data',
    place: '{path}/model.safetensors',
    suggestion: 'Take config.json and model.safetensors of one model.',
  },
  {
    name: 'checkpoint: a tensor of another shape',
    path: 'model',
    files: () => checkpoint('vae', (config) => Object.assign(config, { hidden: [3] })),
    call: loadCheckpoint,
    code: 'bad-data',
    place: '{path}/model.safetensors',
    suggestion: 'Take config.json and model.safetensors of one model.',
  },
  {
    name: 'checkpoint: a misspelt key in config.json',
    path: 'model',
    files: () => checkpoint('vae', (config) => Object.assign(config, { latnt: 1 })),
    call: loadCheckpoint,
    code: 'unknown-name',
    place: '{path}/config.json: latnt',
    suggestion:
      "Did you mean 'latent'? Known: image, architecture, hidden, channels, latent, activation, likelihood, objective, importanceSamples, prior, pseudoInputs, beta, conditional, classes.",
  },
  {
    name: 'checkpoint: a tokenizer of another vocabulary',
    path: 'model',
    files: () => ({
      ...checkpoint('transformer'),
      'model/tokenizer.json': JSON.stringify(byteTokenizer({ ends: false }).toJSON()),
    }),
    call: loadCheckpoint,
    code: 'bad-data',
    place: '{path}/tokenizer.json',
    suggestion: 'Put the tokenizer that the model was trained with there.',
  },
  {
    name: 'checkpoint: a language model without a tokenizer',
    path: 'model',
    files: () => checkpoint('transformer'),
    call: loadCheckpoint,
    code: 'bad-data',
    place: '{path}/tokenizer.json',
    suggestion: 'Put the tokenizer that the model was trained with there.',
  },
  {
    name: 'checkpoint: weights cut off',
    path: 'model',
    files: () => {
      const files = checkpoint('vae');
      return { ...files, 'model/model.safetensors': files['model/model.safetensors'].subarray(0, -1) };
    },
    call: loadCheckpoint,
    code: 'bad-file',
    place: "tensor 'encoder/latent/mean/weight'",
    suggestion: 'It is damaged: write or fetch it again.',
  },
  // IDX
  {
    name: 'IDX: cut off',
    path: 'images-idx3-ubyte',
    files: () => ({ 'images-idx3-ubyte': idx(8, [10, 28, 28], 5000) }),
    call: readIdxFile,
    code: 'bad-file',
    place: 'byte 16',
    suggestion: 'It is probably an incomplete download: fetch it again.',
  },
  {
    name: 'IDX: it is a PNG',
    path: 'images-idx3-ubyte',
    files: async () => ({ 'images-idx3-ubyte': await png(2, 2) }),
    call: readIdxFile,
    code: 'bad-file',
    place: 'byte 0',
    suggestion: 'Images are read from a folder, a zip or one file: choose that format.',
  },
  {
    name: 'IDX: unknown element type',
    path: 'a.idx',
    files: () => ({ 'a.idx': idx(0x0a, [2], 2) }),
    call: readIdxFile,
    code: 'bad-file',
    place: 'byte 2',
    suggestion:
      'Allowed: 0x08 (uint8), 0x09 (int8), 0x0b (int16), 0x0c (int32), 0x0d (float32), 0x0e (float64).',
  },
  {
    name: 'IDX: sizes whose product overflows',
    path: 'a.idx',
    files: () => ({ 'a.idx': idx(14, [0xffffffff, 0xffffffff, 0xffffffff], 8) }),
    call: readIdxFile,
    code: 'bad-file',
    place: 'byte 16',
    suggestion: 'It is probably an incomplete download: fetch it again.',
  },
  {
    name: 'IDX: no axes',
    path: 'a.idx',
    files: () => ({ 'a.idx': idx(8, [], 1) }),
    call: readIdxFile,
    code: 'bad-file',
    place: 'byte 3',
    suggestion: 'At least one is needed.',
  },
  {
    name: 'IDX.gz: cut off',
    path: 'a.idx.gz',
    files: () => ({ 'a.idx.gz': gzipSync(idx(8, [50], 50)).subarray(0, -10) }),
    call: readIdxFile,
    code: 'bad-file',
    place: 'gzip data',
    suggestion: 'It is probably an incomplete download: fetch it again.',
  },
  {
    name: 'IDX.gz: announces terabytes',
    path: 'a.idx.gz',
    files: () => ({ 'a.idx.gz': gzipSync(idx(14, [60_000, 10_000, 10_000], 8)) }),
    call: readIdxFile,
    code: 'bad-file',
    place: 'byte 4',
    suggestion: 'Where you trust it, unpack it yourself: gunzip.',
  },
  {
    name: 'IDX.gz: more behind what the header announces',
    path: 'a.idx.gz',
    files: () => ({ 'a.idx.gz': gzipSync(idx(8, [10], 5_000_000)) }),
    call: readIdxFile,
    code: 'bad-file',
    place: 'gzip data',
    suggestion: 'Where you trust it, unpack it yourself: gunzip.',
  },
  {
    name: 'an empty file',
    path: 'a.idx',
    files: () => ({ 'a.idx': '' }),
    call: readIdxFile,
    code: 'bad-file',
    place: 'byte 0',
    suggestion: 'Write or fetch it again.',
  },
  {
    name: 'a folder instead of a file',
    path: 'data',
    files: () => ({ 'data/a.idx': '', 'data/b.idx': '' }),
    call: readIdxFile,
    code: 'bad-file',
    place: '{path}',
    suggestion: 'Give a file in it, such as {path}/a.idx.',
  },
  {
    name: 'no such file, but one like it',
    path: 'train-image.idx',
    files: () => ({ 'train-images.idx': '' }),
    call: readIdxFile,
    code: 'file-not-found',
    place: '{path}',
    suggestion: 'Did you mean {folder}/train-images.idx?',
  },
  // NPY
  {
    name: 'NPY: Python objects',
    path: 'a.npy',
    files: () => ({ 'a.npy': golden('objects.npy') }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 10',
    suggestion: 'Save plain numbers instead: numpy.save(path, numpy.asarray(list, dtype=numpy.float32)).',
  },
  {
    name: 'NPY: it is text',
    path: 'a.npy',
    files: () => ({ 'a.npy': '1, 2, 3\n' }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 0',
    suggestion: 'It can be read as text or jsonl: choose that format.',
  },
  {
    name: 'NPY: a version of the future',
    path: 'a.npy',
    files: () => ({ 'a.npy': bytesOf('\x93NUMPY\x09\x00', vector.subarray(8)) }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 6',
    suggestion: 'Allowed: 1, 2, 3.',
  },
  {
    name: 'NPY: header longer than the file',
    path: 'a.npy',
    files: () => ({ 'a.npy': npy('{}', 0, 40_000) }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 8',
    suggestion: 'It is damaged or incomplete: write it again with numpy.save.',
  },
  {
    name: 'NPY: code in the header',
    path: 'a.npy',
    files: () => ({ 'a.npy': npy("{'descr': __import__('os').system('true')}") }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 10',
    suggestion: 'It is damaged or incomplete: write it again with numpy.save.',
  },
  {
    name: 'NPY: a shape whose product overflows',
    path: 'a.npy',
    files: () => ({
      'a.npy': npy(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }",
        8,
      ),
    }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 99',
    suggestion: 'It is damaged or incomplete: write it again with numpy.save.',
  },
  {
    name: 'NPY: a negative size',
    path: 'a.npy',
    files: () => ({ 'a.npy': npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 3), }", 8) }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 10',
    suggestion: 'It is damaged or incomplete: write it again with numpy.save.',
  },
  {
    name: 'NPY: two arrays in one file',
    path: 'a.npy',
    files: () => ({ 'a.npy': bytesOf(vector, vector) }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 67',
    suggestion: 'One file holds one array; for several use numpy.savez.',
  },
  {
    name: 'NPY: text elements',
    path: 'a.npy',
    files: () => ({ 'a.npy': golden('text.npy') }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 10',
    suggestion: 'Write text one item a line, or as JSONL.',
  },
  {
    name: 'NPY: records',
    path: 'a.npy',
    files: () => ({ 'a.npy': golden('records.npy') }),
    call: readNpyFile,
    code: 'bad-file',
    place: 'byte 10',
    suggestion: 'Save each field as an array of its own: numpy.savez.',
  },
  // NPZ and zip
  {
    name: 'NPZ: an entry that leaves the folder',
    path: 'a.npz',
    files: () => ({ 'a.npz': zipSync({ '../../etc/a.npy': vector }) }),
    call: readNpzFile,
    code: 'bad-file',
    place: "entry '../../etc/a.npy'",
    suggestion: 'Unpack it, look at what it holds, and zip the files anew.',
  },
  {
    name: 'NPZ: a bomb of zeros',
    path: 'a.npz',
    files: () => ({
      'a.npz': brokenZip({ 'a.npy': deflateRawSync(new Uint8Array(80 * 2 ** 20)) }, (zip, at) => {
        zip.writeUInt16LE(8, at(directoryEntry) + 10);
        zip.writeUInt32LE(80 * 2 ** 20, at(directoryEntry) + 24);
      }),
    }),
    call: readNpzFile,
    code: 'bad-file',
    place: 'directory',
    suggestion: 'Save it with numpy.savez, uncompressed.',
  },
  {
    name: 'NPZ: entries that share their bytes',
    path: 'a.npz',
    files: () => ({
      'a.npz': brokenZip({ 'a.npy': vector, 'b.npy': vector }, (zip, at) =>
        zip.writeUInt32LE(0, at(directoryEntry, 1) + 42),
      ),
    }),
    call: readNpzFile,
    code: 'bad-file',
    place: "entry 'b.npy'",
    suggestion: 'No honest archive has that: do not trust it.',
  },
  {
    name: 'NPZ: more in an entry than its size says',
    path: 'a.npz',
    files: () => ({
      'a.npz': (() => {
        const zip = Buffer.from(zipSync({ 'a.npy': new Uint8Array(5000) }, { level: 9 }));
        zip.writeUInt32LE(60, zip.indexOf(directoryEntry) + 24);
        return new Uint8Array(zip);
      })(),
    }),
    call: readNpzFile,
    code: 'bad-file',
    place: "entry 'a.npy'",
    suggestion: 'It is damaged: write or fetch it again.',
  },
  {
    name: 'NPZ: a wrong check sum',
    path: 'a.npz',
    files: () => ({
      'a.npz': brokenZip({ 'a.npy': vector }, (zip, at) => zip.writeUInt32LE(7, at(directoryEntry) + 16)),
    }),
    call: readNpzFile,
    code: 'bad-file',
    place: "entry 'a.npy'",
    suggestion: 'It is damaged: write or fetch it again.',
  },
  {
    name: 'NPZ: encrypted',
    path: 'a.npz',
    files: () => ({
      'a.npz': brokenZip({ 'a.npy': vector }, (zip, at) => zip.writeUInt16LE(1, at(directoryEntry) + 8)),
    }),
    call: readNpzFile,
    code: 'bad-file',
    place: "entry 'a.npy'",
    suggestion: 'Save it with numpy.savez, uncompressed.',
  },
  {
    name: 'NPZ: a name twice',
    path: 'a.npz',
    files: () => ({
      'a.npz': brokenZip({ 'a.npy': vector, 'b.npy': vector }, (zip, at) =>
        zip.write('a', at(directoryEntry, 1) + 46),
      ),
    }),
    call: readNpzFile,
    code: 'bad-file',
    place: "entry 'a.npy'",
    suggestion: 'Write it anew, with each name once.',
  },
  {
    name: 'NPZ: cut off',
    path: 'a.npz',
    files: () => ({ 'a.npz': zipSync({ 'a.npy': vector }).subarray(0, -30) }),
    call: readNpzFile,
    code: 'bad-file',
    place: 'byte 145',
    suggestion: 'It is probably an incomplete download: fetch it again.',
  },
  {
    name: 'NPZ: objects in it',
    path: 'a.npz',
    files: () => ({ 'a.npz': zipSync({ 'labels.npy': golden('objects.npy') }) }),
    call: readNpzFile,
    code: 'bad-file',
    place: 'byte 10',
    suggestion: 'Save plain numbers instead: numpy.save(path, numpy.asarray(list, dtype=numpy.float32)).',
  },
  {
    name: 'NPZ: no array of that name',
    path: 'a.npz',
    files: () => ({ 'a.npz': zipSync({ 'images.npy': vector, 'labels.npy': vector }) }),
    call: (path) => readNpzArray(new Uint8Array(fs.readFileSync(path)), path, 'image'),
    code: 'unknown-name',
    place: '{path}',
    suggestion: "Did you mean 'images'? Known: images, labels.",
  },
  {
    name: 'NPZ: a PyTorch checkpoint',
    path: 'model.npz',
    files: () => ({ 'model.npz': zipSync({ 'model/data.pkl': bytesOf([0x80, 2], '}.') }, { level: 0 }) }),
    call: readNpzFile,
    code: 'bad-file',
    place: 'byte 0',
    suggestion: `Graft does not read pickles, because reading one runs code. Convert it where you trust it: python -c "import torch; from safetensors.torch import save_file; save_file(torch.load('in.pt', weights_only=True), 'out.safetensors')" for weights, or numpy.savez('out.npz', images=…, labels=…) for arrays.`,
  },
  // Text
  {
    name: 'text: latin-1',
    path: 'a.txt',
    files: () => ({ 'a.txt': bytesOf('first line\nsecond line\nun caf\xe9 cr\xe8me\n') }),
    call: readTextFile,
    code: 'bad-file',
    place: 'line 3, byte 29',
    suggestion: 'It is probably ISO-8859-1: iconv -f ISO-8859-1 -t UTF-8 in.txt > out.txt.',
  },
  {
    name: 'text: Windows quotation marks',
    path: 'a.txt',
    files: () => ({ 'a.txt': bytesOf('he said \x93yes\x94 and left') }),
    call: readTextFile,
    code: 'bad-file',
    place: 'line 1, byte 8',
    suggestion: 'It is probably WINDOWS-1252: iconv -f WINDOWS-1252 -t UTF-8 in.txt > out.txt.',
  },
  {
    name: 'text: UTF-16',
    path: 'a.txt',
    files: () => ({ 'a.txt': new Uint8Array(Buffer.from('\ufeffhello', 'utf16le')) }),
    call: readTextFile,
    code: 'bad-file',
    place: 'line 1, byte 0',
    suggestion: 'It is probably UTF-16: iconv -f UTF-16 -t UTF-8 in.txt > out.txt.',
  },
  {
    name: 'text: Big5',
    path: 'a.txt',
    files: () => ({ 'a.txt': bytesOf([0xa7, 0xda, 0xaa, 0xba, 0xa4, 0x40, 0xad, 0xd3, 0xa4, 0x48]) }),
    call: readTextFile,
    code: 'bad-file',
    place: 'line 1, byte 0',
    suggestion: 'It is probably BIG5: iconv -f BIG5 -t UTF-8 in.txt > out.txt.',
  },
  {
    name: 'text: cut within a character',
    path: 'a.txt',
    files: () => ({ 'a.txt': new Uint8Array(Buffer.from('ein Stück für')).subarray(0, 13) }),
    call: readTextFile,
    code: 'bad-file',
    place: 'line 1, byte 12',
    suggestion: 'It is probably an incomplete download: fetch it again.',
  },
  {
    name: 'text: a NUL in it',
    path: 'a.txt',
    files: () => ({ 'a.txt': `${'a line\n'.repeat(100)}\0` }),
    call: readTextFile,
    code: 'bad-file',
    place: 'line 101, byte 700',
    suggestion: 'Is it another kind of file, or damaged?',
  },
  {
    name: 'text: only blank lines',
    path: 'a.txt',
    files: () => ({ 'a.txt': '\r\n  \n\t\n' }),
    call: readLinesFile,
    code: 'bad-file',
    place: '{path}',
    suggestion: 'Give a file with one item a line.',
  },
  {
    name: 'text: a folder without any',
    path: 'texts',
    files: () => ({ 'texts/a.doc': 'x' }),
    call: readTextFolder,
    code: 'bad-file',
    place: '{path}',
    suggestion: 'Put one document in each file.',
  },
  // JSONL
  {
    name: 'JSONL: line 3 is damaged',
    path: 'a.jsonl',
    files: () => ({ 'a.jsonl': '{"text": "a"}\n{"text": "b"}\n{"text": "c"\n{"text": "d"}\n' }),
    call: readJsonlTextFile,
    code: 'bad-file',
    place: 'line 3',
    suggestion: 'Each line must be one JSON object, such as {"text": "…"}.',
  },
  {
    name: 'JSONL: single quotation marks',
    path: 'a.jsonl',
    files: () => ({ 'a.jsonl': "{'text': 'a'}\n" }),
    call: readJsonlTextFile,
    code: 'bad-file',
    place: 'line 1',
    suggestion: 'JSON wants double quotation marks.',
  },
  {
    name: 'JSONL: the field is missing',
    path: 'a.jsonl',
    files: () => ({ 'a.jsonl': '{"text": "a"}\n\n{"id": 1, "texts": "b"}\n' }),
    call: readJsonlTextFile,
    code: 'bad-file',
    place: 'line 3',
    suggestion: "Fields there: 'id', 'texts'. Did you mean 'texts'?",
  },
  {
    name: 'JSONL: the field is a number',
    path: 'a.jsonl',
    files: () => ({ 'a.jsonl': '{"text": "a"}\n{"text": 5}\n' }),
    call: readJsonlTextFile,
    code: 'bad-file',
    place: 'line 2',
    suggestion: 'Name a field that holds text.',
  },
  {
    name: 'JSONL: one JSON list',
    path: 'a.json',
    files: () => ({ 'a.json': '[{"text": "a"}, {"text": "b"}]\n' }),
    call: readJsonlTextFile,
    code: 'bad-file',
    place: 'line 1',
    suggestion: 'For a file that is one JSON list: jq -c ".[]" in.json > out.jsonl.',
  },
  // Parquet
  {
    name: 'parquet: no such column',
    path: 'a.parquet',
    files: () => ({
      'a.parquet': parquet([
        { name: 'content', data: ['a'] },
        { name: 'id', data: [1], type: 'INT32' },
      ]),
    }),
    call: readTable('contents'),
    code: 'unknown-name',
    place: '{path}',
    suggestion: "Did you mean 'content'? Known: content, id.",
  },
  {
    name: 'parquet: a column of another kind',
    path: 'a.parquet',
    files: () => ({
      'a.parquet': parquet([
        { name: 'content', data: ['a'] },
        { name: 'id', data: [1], type: 'INT32' },
      ]),
    }),
    call: readTable('id'),
    code: 'bad-file',
    place: "column 'id'",
    suggestion: "Columns that fit: 'content'.",
  },
  {
    name: 'parquet: an empty cell',
    path: 'a.parquet',
    files: () => ({ 'a.parquet': parquet([{ name: 'text', data: ['a', null, 'c'], type: 'STRING' }]) }),
    call: readTable('text'),
    code: 'bad-file',
    place: "column 'text', row 1",
    suggestion: 'Drop such rows first.',
  },
  {
    name: 'parquet: cut off',
    path: 'a.parquet',
    files: () => ({ 'a.parquet': golden('none.parquet').subarray(0, -1) }),
    call: readTable('text'),
    code: 'bad-file',
    place: 'byte 3731',
    suggestion: 'It is probably an incomplete download: fetch it again.',
  },
  {
    name: 'parquet: a damaged footer',
    path: 'a.parquet',
    files: () => ({
      'a.parquet': bytesOf('PAR1', [0x19, 0xfc, 0xff, 0xff, 0xff, 0x07, 0, 0], [8, 0, 0, 0], 'PAR1'),
    }),
    call: readTable('text'),
    code: 'bad-file',
    place: 'byte 4',
    suggestion: 'Write or fetch it again.',
  },
  {
    name: 'parquet: an encoding that is not read',
    path: 'a.parquet',
    files: () => ({ 'a.parquet': golden('delta.parquet') }),
    call: readTable('text'),
    code: 'bad-file',
    place: "column 'text'",
    suggestion: `Write it anew: python -c "import pyarrow.parquet as p; p.write_table(p.read_table('in.parquet'), 'out.parquet')".`,
  },
  {
    name: 'parquet: images that are none',
    path: 'a.parquet',
    files: () => ({ 'a.parquet': golden('none.parquet') }),
    call: (path) => readParquetImages(readParquetFile(path), path),
    code: 'bad-file',
    place: '{path}/row 0',
    suggestion:
      'Allowed: png, jpeg, webp, gif, tiff, avif. 5 more could not be read: row 1, row 2, row 3, row 4, row 5.',
  },
  // Images
  {
    name: 'images: an empty folder',
    path: 'images',
    files: () => ({ 'images/.keep': '' }),
    call: readImageFolder,
    code: 'bad-file',
    place: '{path}',
    suggestion: 'Images end in .png, .jpg, .jpeg, .webp, .gif, .tif, .tiff, .avif.',
  },
  {
    name: 'images: a folder of something else',
    path: 'images',
    files: () => ({ 'images/a.bmp': 'BM', 'images/b.bmp': 'BM', 'images/c.csv': 'x' }),
    call: readImageFolder,
    code: 'bad-file',
    place: '{path}',
    suggestion: 'Images end in .png, .jpg, .jpeg, .webp, .gif, .tif, .tiff, .avif.',
  },
  {
    name: 'images: no such folder',
    path: 'picture',
    files: () => ({ 'pictures/a.txt': '' }),
    call: readImageFolder,
    code: 'file-not-found',
    place: '{path}',
    suggestion: 'Did you mean {folder}/pictures?',
  },
  {
    name: 'images: one is no image',
    path: 'images',
    files: async () => ({ 'images/a.png': await png(2, 2), 'images/b.png': 'not an image' }),
    call: readImageFolder,
    code: 'bad-file',
    place: '{path}/b.png',
    suggestion: 'Allowed: png, jpeg, webp, gif, tiff, avif.',
  },
  {
    name: 'images: one is cut off',
    path: 'images',
    files: async () => ({ 'images/a.png': (await png(50, 50)).subarray(0, 60) }),
    call: readImageFolder,
    code: 'bad-file',
    place: '{path}/a.png',
    suggestion: 'Look at it in an image viewer, or fetch it again.',
  },
  {
    name: 'images: different sizes',
    path: 'images.zip',
    files: async () => ({
      'images.zip': writeZip(
        new Map([
          ['a.png', await png(2, 2)],
          ['b.png', await png(3, 2)],
        ]),
      ),
    }),
    call: readImageZipFile,
    code: 'bad-data',
    place: 'the images of {path}',
    suggestion:
      'Choose it with resize, to which all are brought: resize=2 on the command line, { path: …, resize: 2 } in a study; fit says how (cover: the middle, contain: all of it in a frame, fill: stretched).',
  },
  {
    name: 'images: a header of ten billion pixels',
    path: 'a.png',
    files: async () => {
      const image = Buffer.from(await png(2, 2));
      image.writeUInt32BE(100_000, 16);
      image.writeUInt32BE(100_000, 20);
      return { 'a.png': new Uint8Array(image) };
    },
    call: readImageFile,
    code: 'bad-file',
    place: '{path}',
    suggestion: 'Make it smaller first.',
  },
  // CIFAR
  {
    name: 'CIFAR: no whole number of records',
    path: 'data_batch_1.bin',
    files: () => ({ 'data_batch_1.bin': new Uint8Array(3 * 3073 + 1) }),
    call: readCifarBinaryFile,
    code: 'bad-file',
    place: '{path}',
    suggestion: 'It is probably an incomplete download: fetch it again.',
  },
  {
    name: 'CIFAR: a label of 10',
    path: 'data_batch_1.bin',
    files: () => ({ 'data_batch_1.bin': bytesOf(new Uint8Array(3073), [10], new Uint8Array(3072)) }),
    call: readCifarBinaryFile,
    code: 'bad-file',
    place: 'byte 3073',
    suggestion: 'Is it really CIFAR-10?',
  },
  {
    name: "CIFAR: the Python version's pickle",
    path: 'data_batch_1',
    files: () => ({ data_batch_1: bytesOf([0x80, 2], '}q\x01.') }),
    call: readCifarBinaryFile,
    code: 'bad-file',
    place: '{path}',
    suggestion: `Graft does not read pickles, because reading one runs code. Convert it where you trust it: python -c "import torch; from safetensors.torch import save_file; save_file(torch.load('in.pt', weights_only=True), 'out.safetensors')" for weights, or numpy.savez('out.npz', images=…, labels=…) for arrays.`,
  },
  // safetensors
  {
    name: 'safetensors: tensors that overlap',
    path: 'm.safetensors',
    files: () => ({ 'm.safetensors': safetensors(`{"a":${tensor(0, 8)},"b":${tensor(4, 12)}}`, 12) }),
    call: readSafetensorsFile,
    code: 'bad-file',
    place: "tensor 'b'",
    suggestion: 'It is damaged: write or fetch it again.',
  },
  {
    name: 'safetensors: offsets beyond the file',
    path: 'm.safetensors',
    files: () => ({ 'm.safetensors': safetensors(`{"a":${tensor(0, 80, [20])}}`, 8) }),
    call: readSafetensorsFile,
    code: 'bad-file',
    place: "tensor 'a'",
    suggestion: 'It is damaged: write or fetch it again.',
  },
  {
    name: 'safetensors: bytes that no tensor names',
    path: 'm.safetensors',
    files: () => ({ 'm.safetensors': safetensors(`{"a":${tensor(0, 8)},"b":${tensor(12, 20)}}`, 20) }),
    call: readSafetensorsFile,
    code: 'bad-file',
    place: "tensor 'b'",
    suggestion: 'It is damaged: write or fetch it again.',
  },
  {
    name: 'safetensors: header longer than the file',
    path: 'm.safetensors',
    files: () => ({ 'm.safetensors': safetensors('{}', 0, 60_000) }),
    call: readSafetensorsFile,
    code: 'bad-file',
    place: 'byte 0',
    suggestion: 'It is another kind of file, or an incomplete download: fetch it again.',
  },
  {
    name: 'safetensors: a name twice',
    path: 'm.safetensors',
    files: () => ({ 'm.safetensors': safetensors(`{"a":${tensor(0, 8)},"a":${tensor(0, 8)}}`, 8) }),
    call: readSafetensorsFile,
    code: 'bad-file',
    place: "tensor 'a'",
    suggestion: 'It is damaged: write or fetch it again.',
  },
  {
    name: 'safetensors: an unknown type',
    path: 'm.safetensors',
    files: () => ({ 'm.safetensors': safetensors(`{"a":${tensor(0, 8, [8], 'FP16')}}`, 8) }),
    call: readSafetensorsFile,
    code: 'bad-file',
    place: "tensor 'a'",
    suggestion:
      'Allowed: BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64. The nearest is F16.',
  },
  {
    name: 'safetensors: a shape that does not fit its bytes',
    path: 'm.safetensors',
    files: () => ({ 'm.safetensors': safetensors(`{"a":${tensor(0, 8, [3])}}`, 8) }),
    call: readSafetensorsFile,
    code: 'bad-file',
    place: "tensor 'a'",
    suggestion: 'It is damaged: write or fetch it again.',
  },
  {
    name: 'safetensors: a pickle',
    path: 'model.pt',
    files: () => ({ 'model.pt': bytesOf([0x80, 2], '}q\x00.', new Uint8Array(20)) }),
    call: readSafetensorsFile,
    code: 'bad-file',
    place: 'byte 0',
    suggestion: `Graft does not read pickles, because reading one runs code. Convert it where you trust it: python -c "import torch; from safetensors.torch import save_file; save_file(torch.load('in.pt', weights_only=True), 'out.safetensors')" for weights, or numpy.savez('out.npz', images=…, labels=…) for arrays.`,
  },
  // What is it?
  {
    name: 'data: an HDF5 file',
    path: 'a.h5',
    files: () => ({ 'a.h5': bytesOf('\x89HDF\r\n\x1a\n', new Uint8Array(100)) }),
    call: detectFormat,
    code: 'bad-file',
    place: '{path}',
    suggestion: `Convert it: python -c "import h5py, numpy; f = h5py.File('in.h5'); numpy.savez('out.npz', **{k: f[k][()] for k in f})".`,
  },
  {
    name: 'data: a Git LFS pointer',
    path: 'images.npy',
    files: () => ({ 'images.npy': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n' }),
    call: detectFormat,
    code: 'bad-file',
    place: '{path}',
    suggestion: 'Fetch the data: git lfs pull.',
  },
  {
    name: 'data: a CSV file',
    path: 'a.csv',
    files: () => ({ 'a.csv': 'id,text\n1,a\n' }),
    call: detectFormat,
    code: 'bad-file',
    place: '{path}',
    suggestion: `Make it JSON lines: python -c "import pandas as p; p.read_csv('in.csv').to_json('out.jsonl', orient='records', lines=True)".`,
  },
  {
    name: 'data: nothing that is known',
    path: 'a.dat',
    files: () => ({ 'a.dat': bytesOf([7, 0, 1, 2, 3]) }),
    call: detectFormat,
    code: 'bad-file',
    place: '{path}',
    suggestion:
      'Supported: IDX (.idx, -ubyte, also .gz); NumPy array (.npy); NumPy archive (.npz); CIFAR binary (.bin); folder of images; zip of images; one image (.png, .jpg, .webp, .gif, .tif, .avif); parquet (.parquet); JSON lines (.jsonl, also .gz); plain text (.txt, .abc, …, also .gz); folder of texts (.txt, .md, .abc); MIDI (.mid), one file or a folder; safetensors (.safetensors).',
  },
  // Writing
  {
    name: 'writing into a folder that is not there',
    path: 'results/a.txt',
    files: () => ({ 'other/a.txt': '' }),
    call: (path) => writeFileAtomic(path, 'x'),
    code: 'cannot-write',
    place: '{path}',
    suggestion: 'Make the folder first.',
  },
];

let root: string;
beforeAll(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'graft-bad-inputs-'));
});
afterAll(() => fs.rmSync(root, { recursive: true }));

test('the table has at least 30 rows, with a name each', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  expect(rows.length).toBeGreaterThanOrEqual(30);
});

test.each(rows.map((row, index) => ({ ...row, index })))('$name', async (row) => {
  const folder = join(root, String(row.index));
  for (const [name, content] of Object.entries(await row.files())) {
    fs.mkdirSync(join(folder, name, '..'), { recursive: true });
    fs.writeFileSync(join(folder, name), content);
  }
  const path = join(folder, row.path);
  const error = await Promise.resolve()
    .then(() => row.call(path))
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(GraftError);
  const { code, facts, message } = error as GraftError;
  const { offset, where, hint, what } = facts as Record<
    'offset' | 'where' | 'hint' | 'what',
    string | undefined
  >;
  const answer = (text: string) => text.replaceAll('{path}', path).replaceAll('{folder}', folder);
  expect(code).toBe(row.code);
  expect(offset ?? where ?? ('path' in facts ? facts.path : what)).toBe(answer(row.place));
  // Where the suggestion is the nearest name, it is part of the message only.
  expect(hint ?? message.slice(message.indexOf('Did you mean'))).toBe(answer(row.suggestion));
  expect(message).toContain(answer(row.place));
  expect(message.endsWith(answer(row.suggestion))).toBe(true);
  expect(message).not.toMatch(/undefined|NaN|\[object/);
});

test('what every system writes its own way is read alike: line ends and the byte order mark', () => {
  const write = (name: string, content: Content) => {
    fs.writeFileSync(join(root, name), content);
    return join(root, name);
  };
  expect(readTextFile(write('windows.txt', '\ufeffone\r\ntwo\r\n'))).toBe('one\ntwo\n');
  expect(readTextFile(write('old-mac.txt', 'one\rtwo\r'))).toBe('one\ntwo\n');
  expect(readLinesFile(write('lines.txt', 'one  \r\n\r\n two\r\n'))).toEqual(['one', ' two']);
  expect(readJsonlTextFile(write('windows.jsonl', '\ufeff{"text":"a"}\r\n\r\n{"text":"b"}'))).toEqual([
    'a',
    'b',
  ]);
  expect(readTextFile(write('text.gz', gzipSync('one\r\n')))).toBe('one\n');
  const folder = join(root, 'texts');
  fs.mkdirSync(join(folder, 'sub'), { recursive: true });
  for (const name of ['b.txt', 'a.txt', 'sub/c.md', '.hidden.txt', 'd.doc'])
    fs.writeFileSync(join(folder, name), name);
  expect(readTextFolder(folder)).toEqual(
    ['a.txt', 'b.txt', 'sub/c.md'].map((name) => ({ name, text: name })),
  );
});
