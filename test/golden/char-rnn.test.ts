import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { readNpzFile } from '../../src/formats/npz.ts';
import { readCharRnn, reordered } from '../../src/models/char-rnn.ts';
import { createContext, inputNames } from '../../src/models/context.ts';
import { drawTokens } from '../../src/models/draw-samples.ts';
import { importCheckpoint } from '../../src/models/import-checkpoint.ts';
import type { AutoregressiveSampler } from '../../src/models/model.ts';
import { weightFeeds } from '../../src/models/weights.ts';
import { stream } from '../../src/random.ts';
import { program } from '../../src/tensor/program.ts';
import { buildStep, outputNames } from '../../src/training/step-program.ts';
import { errorCode } from '../error-code.ts';

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const folder = join(shared, 'models/charrnn-shakespeare');
const width = 128;

interface Expected {
  readonly loss: {
    text: string;
    nats_per_character: number;
    gradients: Record<
      string,
      { shape: number[]; sum: number; l2: number; max_abs: number; samples: Record<string, number> }
    >;
  };
  readonly greedy: { prompt: string; text: string };
}

const transposed = (matrix: Float32Array, rows: number): Float32Array => {
  const columns = matrix.length / rows;
  return Float32Array.from(matrix, (_, k) => matrix[(k % rows) * columns + Math.floor(k / rows)]!);
};

describe.skipIf(!existsSync(folder))('charrnn-shakespeare, a model of ml5.js (needs shared models)', () => {
  const expected = (): Expected => JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));

  test('the folder is known by its content, and the vocabulary that lost two letters is passed over', () => {
    const { checkpoint, format } = importCheckpoint(folder);
    expect(format).toBe('charRNN folder of ml5.js');
    expect(checkpoint.tokenizer!.vocabularySize).toBe(65);
    expect([...checkpoint.tokenizer!.encode(' uU$')]).toEqual([0, 13, 40, 64]);
    expect(checkpoint.model.layers).toEqual(['embedding', 'recurrent/0', 'recurrent/1', 'output']);
    expect(errorCode(() => readCharRnn(folder, join(folder, 'vocab.json')))).toBe('bad-file');
  });

  test('the expected logits', async () => {
    const { model, weights, tokenizer } = readCharRnn(folder);
    const arrays = readNpzFile(join(folder, 'expected.npz'));
    const ids = Int32Array.from(arrays.get('ids')!.data, Number);
    expect(tokenizer!.decode(ids)).toBe(expected().loss.text);
    const wanted = arrays.get('logits')!.data;
    const context = createContext(model, {
      batchSize: 1,
      extraFields: { tokens: { shape: [1, ids.length], dtype: 'int32' } },
    });
    const executable = await compile(
      program({ logits: (model.sampler as AutoregressiveSampler).logits(context, ids.length) }),
    );
    const { logits } = await executable.run({ ...weightFeeds(weights), [inputNames.field('tokens')]: ids });
    await executable.dispose();
    expect(logits).toHaveLength(wanted.length);
    expect(
      (logits as Float32Array).reduce((worst, v, i) => Math.max(worst, Math.abs(v - Number(wanted[i]))), 0),
    ).toBeLessThan(1e-4);
  });

  test('the expected loss and gradients', async () => {
    const { model: whole, weights, tokenizer } = readCharRnn(folder);
    const { text, nats_per_character: loss, gradients } = expected().loss;
    const ids = tokenizer!.encode(text);
    const model = whole.withContext!.build(ids.length - 1);
    const step = buildStep(model, model.players[0]!, new Set(model.layers), 1);
    const executable = await compile(step.program);
    const found = await executable.run({
      ...weightFeeds(weights),
      [inputNames.field('tokens')]: ids.slice(0, -1),
      [inputNames.field('targets')]: ids.slice(1),
    });
    await executable.dispose();
    expect(Math.abs(found.loss![0]! - loss)).toBeLessThan(1e-5);
    const gradient = (name: string) => found[outputNames.gradient(name)] as Float32Array;
    /** The gradient in TensorFlow's layout; exchanging the second and fourth block undoes itself. */
    const inFile = (name: string): Float32Array => {
      const cell = /^cell_(\d)\/(weights|biases)$/.exec(name);
      if (cell === null)
        return {
          embedding: () => gradient('embedding/token'),
          softmax_w: () => transposed(gradient('output/weight'), 65),
          softmax_b: () => gradient('output/bias'),
        }[name]!();
      const part = (what: string, block: number) =>
        reordered(gradient(`recurrent/${cell[1]}/${what}`), block);
      if (cell[2] === 'biases') return part('input/bias', width);
      const rows = (what: string) => transposed(part(what, width * width), 4 * width);
      return Float32Array.from([...rows('input/weight'), ...rows('hidden/weight')]);
    };
    for (const [name, want] of Object.entries(gradients)) {
      const got = inFile(name);
      expect(got).toHaveLength(want.shape.reduce((a, b) => a * b, 1));
      for (const [at, value] of Object.entries(want.samples))
        expect(Math.abs(got[Number(at)]! - value), `${name} ${at}`).toBeLessThan(1e-3 * want.max_abs);
      expect(
        Math.abs(Math.sqrt(got.reduce((total, v) => total + v * v, 0)) / want.l2 - 1),
        name,
      ).toBeLessThan(1e-3);
    }
  });

  test('the expected greedy text, from the state that is carried along', async () => {
    const { model, weights, tokenizer } = readCharRnn(folder);
    const { prompt, text } = expected().greedy;
    const start = tokenizer!.encode(prompt);
    const { sequences } = await drawTokens(
      model,
      model.sampler as AutoregressiveSampler,
      weights,
      stream(1),
      {
        threads: 1,
        device: 'cpu',
        batchSize: 1,
        count: 1,
        temperature: 0,
        prompt: start,
        length: [...text].length - 1,
      },
    );
    expect(prompt + tokenizer!.decode(sequences[0]!)).toBe(text);
  });

  test('damaged files are coded errors', () => {
    const copy = mkdtempSync(join(tmpdir(), 'graft-char-rnn-'));
    const weights = join(copy, 'rnnlm_multi_rnn_cell_cell_1_basic_lstm_cell_weights');
    try {
      cpSync(folder, copy, { recursive: true });
      const manifest = readFileSync(join(copy, 'manifest.json'), 'utf8');
      const withManifest = (change: (text: string) => string) => {
        writeFileSync(join(copy, 'manifest.json'), change(manifest));
        return errorCode(() => readCharRnn(copy));
      };
      expect(withManifest((text) => text.replace('"rnnlm_softmax_w"', '"../rnnlm_softmax_w"'))).toBe(
        'bad-file',
      );
      expect(withManifest((text) => text.replace(/512/, '516'))).toBe('bad-file');
      expect(withManifest((text) => text.slice(0, -20))).toBe('bad-file');
      expect(withManifest((text) => text.replace('"rnnlm_softmax_b"', '"nothing"'))).toBe('file-not-found');
      writeFileSync(join(copy, 'manifest.json'), manifest);
      truncateSync(weights, 1000);
      expect(errorCode(() => readCharRnn(copy))).toBe('bad-file');
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
