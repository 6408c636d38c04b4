import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTokenizerJson } from '../../src/data/tokenizers/read-tokenizer.ts';
import { readIdxFile } from '../../src/formats/idx.ts';
import { wordsOf } from '../../src/formats/music/event-words.ts';
import { readMidi, writeMidi } from '../../src/formats/music/midi.ts';
import { readAbc } from '../../src/formats/music/read-abc.ts';
import { songOf } from '../../src/formats/music/song.ts';
import { readNpyFile } from '../../src/formats/npy.ts';
import { readNpzFile } from '../../src/formats/npz.ts';
import { describeParquet, readParquetFile, readParquetText } from '../../src/formats/parquet.ts';
import { readSafetensorsFile } from '../../src/formats/safetensors.ts';
import { listZip, readZipEntry } from '../../src/formats/zip.ts';
import { importCheckpoint } from '../../src/models/import-checkpoint.ts';
import { importOnnx } from '../../src/models/imported/import-onnx.ts';
import type { OnnxImportOptions } from '../../src/models/imported/onnx-import-options.ts';
import { writeTfjs } from '../tfjs-folder.ts';

/** A file, or one of a folder's, that is damaged, and who reads it then. */
export interface Subject {
  readonly name: string;
  /** The file to damage, in a folder of its own that holds what it needs. */
  readonly path: string;
  /** Reads the file or the folder. */
  readonly read: () => unknown;
  /** Whether members of it are altered as well as bytes. */
  readonly json?: boolean;
}

const text = (path: string): string => new TextDecoder().decode(readFileSync(path));

/** One of each kind of foreign file, written below `root`; `golden` is the folder of the tests' reference files. */
export function damagedSubjects(root: string, golden: string): Subject[] {
  const subjects: Subject[] = [];
  const folder = (name: string): string => {
    const path = join(root, name.replaceAll(/\W+/g, '-'));
    mkdirSync(path, { recursive: true });
    return path;
  };
  const add = (name: string, path: string, read: (path: string) => unknown): void => {
    subjects.push({ name, path, read: () => read(path), json: path.endsWith('.json') });
  };
  const written = (name: string, bytes: Uint8Array | string, read: (path: string) => unknown): void => {
    const path = join(folder(name), `file${/\.\w+$/.exec(name)?.[0] ?? ''}`);
    writeFileSync(path, bytes);
    add(name, path, read);
  };
  const copied = (file: string, read: (path: string) => unknown): void =>
    written(file, readFileSync(join(golden, file)), read);
  /** Every file of a folder that a model is read from. */
  const model = (name: string, from: string, read: (folder: string) => unknown): void => {
    for (const file of readdirSync(from)) {
      const own = folder(`${name} ${file}`);
      for (const other of readdirSync(from)) copyFileSync(join(from, other), join(own, other));
      add(`${name}: ${file}`, join(own, file), () => read(own));
    }
  };

  copied('formats/reference.safetensors', readSafetensorsFile);
  for (const file of ['float32', 'fortran', 'version-3']) copied(`formats/${file}.npy`, readNpyFile);
  for (const file of ['stored', 'deflated']) copied(`formats/${file}.npz`, readNpzFile);
  copied('formats/deflated.npz', (path) => {
    const bytes = readFileSync(path);
    for (const entry of listZip(bytes, path)) readZipEntry(bytes, entry, path);
  });
  for (const file of ['none', 'snappy', 'zstd', 'lz4', 'version-2'])
    copied(`formats/${file}.parquet`, async (path) => {
      const bytes = readParquetFile(path);
      describeParquet(bytes, path);
      await readParquetText(bytes, path);
    });
  const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 7, ...Array<number>(105).fill(9));
  written('images.idx', idx, readIdxFile);
  written('images.gz', gzipSync(idx), readIdxFile);
  const tune = songOf(readAbc('X:1\nM:6/8\nL:1/8\nQ:1/4=100\nK:Dm\nd2e fga|[DF]3 c3|\n'));
  written('tune.mid', writeMidi(tune), (path) => wordsOf(readMidi(readFileSync(path), path)));

  for (const [file, options] of onnxFiles) {
    copied(`imported/${file}.onnx`, (path) => importOnnx(path, options));
    // Its weights lie beside it.
    if (file === 'decoder')
      copyFileSync(
        join(golden, 'imported/decoder.onnx.data'),
        join(folder('imported/decoder.onnx'), 'decoder.onnx.data'),
      );
  }
  for (const kind of ['llama', 'gpt2', 'qwen2'])
    model(kind, join(golden, 'hugging-face', kind), importCheckpoint);
  model('adapter', join(golden, 'hugging-face/llama-lora'), (path) =>
    importCheckpoint(path, { base: join(golden, 'hugging-face/llama') }),
  );
  for (const kind of ['added-words', 'digits', 'metaspace', 'prefix-space', 'unigram'])
    written(`${kind}.json`, readFileSync(join(golden, `hugging-face/${kind}.tokenizer.json`)), (path) =>
      readTokenizerJson(text(path), path).encode('Two words, 12.'),
    );
  writeLayers(folder('layers as written'));
  model('TensorFlow.js', folder('layers as written'), (path) =>
    importOnnx(join(path, 'model.json'), { role: 'autoencoder', image: [1, 4, 4] }),
  );
  writeLlama2c(folder('llama2.c as written'));
  model('llama2.c', folder('llama2.c as written'), importCheckpoint);
  writeCharRnn(folder('charRNN as written'));
  model('charRNN', folder('charRNN as written'), importCheckpoint);
  return subjects;
}

const onnxFiles: readonly (readonly [file: string, options: OnnxImportOptions])[] = [
  ['autoencoder', { role: 'autoencoder', image: [1, 12, 12] }],
  ['lstm', { role: 'next-token', context: 6 }],
  ['gru', { role: 'next-token', context: 6 }],
  ['decoder', { role: 'next-token', context: 6 }],
  ['keras-language', { role: 'next-token', context: 6 }],
];

function writeLayers(folder: string): void {
  const dense = (name: string, from: string, inputs: number, units: number) => ({
    kind: 'Dense',
    name,
    from: [from],
    config: { activation: 'sigmoid' },
    weights: { kernel: [inputs, units], bias: [units] },
  });
  writeTfjs(folder, [
    { kind: 'InputLayer', name: 'x', config: { batch_input_shape: [null, 4, 4, 1] } },
    { kind: 'Flatten', name: 'flat', from: ['x'] },
    dense('encode', 'flat', 16, 2),
    dense('decode', 'encode', 2, 16),
    { kind: 'Reshape', name: 'image', from: ['decode'], config: { target_shape: [4, 4, 1] } },
  ]);
}

function writeLlama2c(folder: string): void {
  const sizes = [8, 12, 1, 2, 1, 262, 16] as const;
  const [width, hidden, layers, , , vocabulary, context] = sizes;
  const count =
    vocabulary * width + layers * (2 * width + 3 * width * width + 3 * width * hidden) + width + context * 4;
  const file = Buffer.alloc(28 + 4 * count);
  sizes.forEach((v, i) => {
    file.writeInt32LE(v, 4 * i);
  });
  writeFileSync(join(folder, 'model.bin'), file);
  const pieces = ['<unk>', '<s>', '</s>', ...Array<string>(256).fill('<0x00>'), ' ', 'a', ' a'];
  const parts = pieces.map((piece) => {
    const head = Buffer.alloc(8);
    head.writeInt32LE(Buffer.byteLength(piece), 4);
    return Buffer.concat([head, Buffer.from(piece)]);
  });
  writeFileSync(join(folder, 'tok.bin'), Buffer.concat([Buffer.alloc(4), ...parts]));
}

function writeCharRnn(folder: string): void {
  const cell = 'rnnlm/multi_rnn_cell/cell_0/basic_lstm_cell';
  const variables: Record<string, number[]> = {
    embedding: [3, 3],
    [`${cell}/weights`]: [5, 8],
    [`${cell}/biases`]: [8],
    'rnnlm/softmax_w': [2, 3],
    'rnnlm/softmax_b': [3],
  };
  const manifest = Object.fromEntries(
    Object.entries(variables).map(([name, shape]) => {
      const filename = basename(name);
      writeFileSync(join(folder, filename), new Uint8Array(4 * shape.reduce((a, b) => a * b)));
      return [name, { filename, shape }];
    }),
  );
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'vocab.json'), JSON.stringify({ a: 0, b: 1, '\n': 2 }));
}
