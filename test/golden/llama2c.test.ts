import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { createContext, inputNames } from '../../src/models/context.ts';
import { drawTokens } from '../../src/models/draw-samples.ts';
import { halvesFromPairs, readLlama2c } from '../../src/models/llama2c.ts';
import type { AutoregressiveSampler } from '../../src/models/model.ts';
import { weightFeeds } from '../../src/models/weights.ts';
import { stream } from '../../src/random.ts';
import { program } from '../../src/tensor/program.ts';
import { buildStep, outputNames } from '../../src/training/step-program.ts';

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const folder = join(shared, 'models/stories260k');

interface Expected {
  readonly encode: readonly { text: string; ids: number[] }[];
  readonly greedy: { prompt: string; ids: number[]; text: string };
  readonly logits: {
    prompt: string;
    last_position_top5: [number, number][];
    last_position_sum: number;
    all_positions_l2: number;
  };
  readonly loss: {
    ids: number[];
    nats_per_token: number;
    gradients: Record<
      string,
      { shape: number[]; sum: number; l2: number; max_abs: number; samples: Record<string, number> }
    >;
  };
}

/** Where each block of the file went. */
const blocks: Record<string, string> = {
  rms_att: 'attention/norm/scale',
  wq: 'attention/query/weight',
  wk: 'attention/key/weight',
  wv: 'attention/value/weight',
  wo: 'attention/output/weight',
  rms_ffn: 'mlp/norm/scale',
  w1: 'mlp/gate/weight',
  w2: 'mlp/down/weight',
  w3: 'mlp/up/weight',
};

/** Rows (i, i + width / 2) of each head back to (2i, 2i + 1): the inverse, by applying the permutation to row numbers. */
function pairsFromHalves(matrix: Float32Array, heads: number, width: number): Float32Array {
  const row = matrix.length / (heads * width);
  const order = halvesFromPairs(
    Float32Array.from({ length: heads * width }, (_, i) => i),
    heads,
    width,
  );
  const out = new Float32Array(matrix.length);
  order.forEach((to, from) => {
    out.set(matrix.subarray(from * row, (from + 1) * row), to * row);
  });
  return out;
}

describe.skipIf(!existsSync(folder))('stories260k, a model of llama2.c (needs shared models)', () => {
  const expected = (): Expected => JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const load = () => readLlama2c(join(folder, 'stories260K.bin'), join(folder, 'tok512.bin'));
  const run = { threads: 1, device: 'cpu', batchSize: 1, count: 1 } as const;

  test('the expected ids', () => {
    const { tokenizer } = load();
    for (const { text, ids } of expected().encode) {
      expect([text, 1, ...tokenizer!.encode(text)]).toEqual([text, ...ids]);
      expect(tokenizer!.decode(ids)).toBe(text);
    }
  });

  test('the expected logits', async () => {
    const { model, weights, tokenizer } = load();
    const {
      prompt,
      last_position_top5: top,
      last_position_sum: sum,
      all_positions_l2: l2,
    } = expected().logits;
    const ids = Int32Array.of(1, ...tokenizer!.encode(prompt));
    const context = createContext(model, {
      batchSize: 1,
      extraFields: { tokens: { shape: [1, ids.length], dtype: 'int32' } },
    });
    const logits = (model.sampler as AutoregressiveSampler).logits(context, ids.length);
    const executable = await compile(program({ logits }));
    const { logits: found } = await executable.run({
      ...weightFeeds(weights),
      [inputNames.field('tokens')]: ids,
    });
    const all = found as Float32Array;
    const last = all.subarray(-512);
    for (const [id, value] of top) expect(Math.abs(last[id]! - value)).toBeLessThan(1e-4);
    expect(Math.abs(last.reduce((a, b) => a + b, 0) - sum)).toBeLessThan(512 * 1e-4);
    expect(Math.abs(Math.hypot(...all) / l2 - 1)).toBeLessThan(1e-5);
    await executable.dispose();
  });

  test('the expected loss and gradients', async () => {
    const { model: whole, weights } = load();
    const { ids, nats_per_token: loss, gradients } = expected().loss;
    const model = whole.withContext!.build(ids.length - 1);
    const step = buildStep(model, model.players[0]!, new Set(model.layers), 1);
    const executable = await compile(step.program);
    const found = await executable.run({
      ...weightFeeds(weights),
      [inputNames.field('tokens')]: Int32Array.from(ids.slice(0, -1)),
      [inputNames.field('targets')]: Int32Array.from(ids.slice(1)),
    });
    expect(Math.abs((found.loss as Float32Array)[0]! - loss)).toBeLessThan(1e-5);
    const gradient = (name: string) => found[outputNames.gradient(name)] as Float32Array;
    for (const [block, want] of Object.entries(gradients)) {
      const one = { token_embedding: 'embedding/token', rms_final: 'output/norm/scale' }[block];
      const heads = { wq: 8, wk: 4 }[block];
      const got =
        one === undefined
          ? Float32Array.from(
              Array.from({ length: 5 }, (_, i) => {
                const part = gradient(`block/${i}/${blocks[block]}`);
                return [...(heads === undefined ? part : pairsFromHalves(part, heads, 8))];
              }).flat(),
            )
          : gradient(one);
      expect(got).toHaveLength(want.shape.reduce((a, b) => a * b, 1));
      for (const [at, value] of Object.entries(want.samples))
        expect(Math.abs(got[Number(at)]! - value)).toBeLessThan(1e-3 * want.max_abs);
      expect(Math.abs(Math.hypot(...got) / want.l2 - 1)).toBeLessThan(1e-3);
    }
    await executable.dispose();
  });

  test('the expected greedy text', async () => {
    const { model, weights, tokenizer } = load();
    const { prompt, ids, text } = expected().greedy;
    const start = Int32Array.of(1, ...tokenizer!.encode(prompt));
    const { sequences } = await drawTokens(
      model,
      model.sampler as AutoregressiveSampler,
      weights,
      stream(1),
      { ...run, prompt: start, length: ids.length - 1, temperature: 0 },
    );
    expect([...start, ...sequences[0]!]).toEqual(ids);
    expect(tokenizer!.decode(ids)).toBe(text);
  });

  test('merges by score, as llama2.c does them, over a longer text', () => {
    const { tokenizer } = load();
    const sample = readFileSync(join(folder, 'README.source'), 'utf8');
    expect([...tokenizer!.encode(sample)]).toEqual(byScore(sample));
  });

  /** The algorithm of FORMAT.md, word by word: the pair whose piece has the highest score, leftmost first. */
  function byScore(text: string): number[] {
    const bytes = readFileSync(join(folder, 'tok512.bin'));
    const ids = new Map<string, number>();
    for (let id = 0, at = 4; id < 512; id++) {
      const length = bytes.readInt32LE(at + 4);
      const piece = bytes.toString('utf8', at + 8, at + 8 + length);
      if (id >= 259) ids.set(piece, id);
      at += 8 + length;
    }
    const pieces: (string | number)[] = [...` ${text}`].flatMap((c): (string | number)[] =>
      ids.has(c) ? [c] : [...Buffer.from(c)].map((byte) => byte + 3),
    );
    for (;;) {
      let best = -1;
      let bestId = Number.POSITIVE_INFINITY;
      for (let i = 0; i + 1 < pieces.length; i++) {
        const [a, b] = [pieces[i]!, pieces[i + 1]!];
        // The score of id k is 259 - k: the smallest id is the highest score.
        const id = typeof a === 'string' && typeof b === 'string' ? ids.get(a + b) : undefined;
        if (id !== undefined && id < bestId) [best, bestId] = [i, id];
      }
      if (best < 0) break;
      pieces.splice(best, 2, `${pieces[best]}${pieces[best + 1]}`);
    }
    return pieces.map((piece) => (typeof piece === 'number' ? piece : ids.get(piece)!));
  }
});
