import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTokenizerJson } from '../../src/data/tokenizers/read-tokenizer.ts';
import { compile } from '../../src/engine/compile.ts';
import { mergeAdapter, withAdapter } from '../../src/models/adapter.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/models/checkpoint.ts';
import { createContext, inputNames } from '../../src/models/context.ts';
import { readAdapter, writeAdapter } from '../../src/models/hugging-face/peft.ts';
import { layoutOf } from '../../src/models/index.ts';
import type { AutoregressiveSampler, Model, Weights } from '../../src/models/model.ts';
import { weightFeeds } from '../../src/models/weights.ts';
import { program } from '../../src/tensor/program.ts';

/** Written by `hugging-face/generate.py` with transformers, tokenizers and peft. */
const folder = fileURLToPath(new URL('hugging-face', import.meta.url));
const expected: {
  tokenizers: Record<string, { text: string; ids: number[]; decoded: string }[]>;
  models: Record<string, { ids: number[]; logits: string }>;
  adapters: Record<string, { ids: number[]; logits: string }>;
} = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));

/** Logits of the last four positions. */
async function lastLogits(model: Model, weights: Weights, ids: readonly number[]): Promise<Float32Array> {
  const { logits, vocabulary } = model.sampler as AutoregressiveSampler;
  const context = createContext(model, {
    batchSize: 1,
    extraFields: { tokens: { shape: [1, ids.length], dtype: 'int32' } },
  });
  const executable = await compile(program({ logits: logits(context, ids.length) }));
  const { logits: found } = await executable.run({
    ...weightFeeds(weights),
    [inputNames.field('tokens')]: Int32Array.from(ids),
  });
  await executable.dispose();
  return (found as Float32Array).slice(-4 * vocabulary);
}

const floats = (base64: string): Float32Array => {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

function expectNear(found: Float32Array, wanted: Float32Array, tolerance: number): void {
  expect(found).toHaveLength(wanted.length);
  expect(found.reduce((worst, v, i) => Math.max(worst, Math.abs(v - wanted[i]!)), 0)).toBeLessThan(tolerance);
}

describe.each(Object.entries(expected.tokenizers))('tokenizer of type %s', (name, cases) => {
  const path = join(folder, name in expected.models ? `${name}/tokenizer.json` : `${name}.tokenizer.json`);
  const tokenizer = readTokenizerJson(readFileSync(path, 'utf8'), path);

  test('gives the ids of Hugging Face tokenizers, and their text', () => {
    for (const { text, ids, decoded } of cases) {
      expect([text, ...tokenizer.encode(text)]).toEqual([text, ...ids]);
      expect([text, tokenizer.decode(ids)]).toEqual([text, decoded]);
    }
  });

  test('comes back from its own JSON', () => {
    const again = readTokenizerJson(JSON.stringify(tokenizer.toJSON()), path);
    expect(again.vocabularySize).toBe(tokenizer.vocabularySize);
    expect(again.tokenBytes).toEqual(tokenizer.tokenBytes);
    for (const { text } of cases) expect(again.encode(text)).toEqual(tokenizer.encode(text));
  });
});

describe.each(Object.entries(expected.models))('checkpoint of type %s', (name, { ids, logits }) => {
  const given = join(folder, name);
  let out: string;
  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'graft-hf-'));
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  test('gives the logits of transformers', async () => {
    const { model, weights } = loadCheckpoint(given);
    expectNear(await lastLogits(model, weights, ids), floats(logits), 1e-3);
  });

  test('comes back from the folder that Graft writes, bit for bit', () => {
    const checkpoint = loadCheckpoint(given);
    saveCheckpoint(out, checkpoint, '# A test\n');
    const again = loadCheckpoint(out);
    expect(again.model.config).toEqual(checkpoint.model.config);
    expect(again.weights).toEqual(checkpoint.weights);
    expect(again.tokenizer!.special).toEqual(checkpoint.tokenizer!.special);
    expect(again.tokenizer!.toJSON()).toEqual(checkpoint.tokenizer!.toJSON());
    const config = (at: string) => JSON.parse(readFileSync(join(at, 'config.json'), 'utf8'));
    expect(config(out)).toMatchObject({
      architectures: config(given).architectures,
      model_type: config(given).model_type,
      vocab_size: config(given).vocab_size,
    });
  });

  test.runIf(name === 'gpt2' || name === 'qwen2')(
    'float32 weights are written as transformers writes them, byte for byte',
    () => {
      saveCheckpoint(out, loadCheckpoint(given), '# A test\n');
      const bytes = (at: string) => readFileSync(join(at, 'model.safetensors'));
      expect(bytes(out).equals(bytes(given))).toBe(true);
    },
  );
});

describe.each(Object.entries(expected.adapters))('LoRA adapter of a %s', (name, { ids, logits }) => {
  const given = join(folder, `${name}-lora`);
  let out: string;
  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'graft-lora-'));
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  test('gives the logits of peft, merged and beside the weights', async () => {
    const merged = loadCheckpoint(given);
    expectNear(await lastLogits(merged.model, merged.weights, ids), floats(logits), 1e-3);
    const { model, weights } = loadCheckpoint(join(folder, name));
    const adapter = readAdapter(given, model, layoutOf(name)!);
    const beside = withAdapter(model, adapter.config);
    const parameters = { ...weights.parameters, ...adapter.values };
    expectNear(await lastLogits(beside, { ...weights, parameters }, ids), floats(logits), 1e-3);
  });

  test('is written so that it reads as the same', () => {
    const { model, weights } = loadCheckpoint(join(folder, name));
    const adapter = readAdapter(given, model, layoutOf(name)!);
    writeAdapter(out, model, adapter, layoutOf(name)!, join(folder, name));
    const [a, b] = [mergeAdapter(model, adapter, weights), loadCheckpoint(out).weights];
    for (const [key, values] of Object.entries(a.parameters)) expectNear(b.parameters[key]!, values, 1e-6);
    expect(JSON.parse(readFileSync(join(out, 'adapter_config.json'), 'utf8'))).toMatchObject({
      peft_type: 'LORA',
      fan_in_fan_out: name === 'gpt2',
    });
  });

  test('is refused for another model', () => {
    const other = loadCheckpoint(join(folder, name === 'gpt2' ? 'llama' : 'gpt2')).model;
    expect(() => readAdapter(given, other, layoutOf(other.family)!)).toThrow('unknown tensor of an adapter');
  });
});
