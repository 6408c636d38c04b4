import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadCheckpoint } from '../checkpoint.ts';
import { createModel } from '../index.ts';
import { gpt2Layout } from './gpt2-layout.ts';
import { llamaLayout } from './llama-layout.ts';

/** config.json files as they are on the hub, less what is not looked at. */
const smol = {
  model_type: 'llama',
  vocab_size: 49152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  hidden_act: 'silu',
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  rope_theta: 100000,
  rope_scaling: null,
  tie_word_embeddings: true,
};
const read = (config: object) => llamaLayout.readConfig(config as Record<string, unknown>, 'config.json');

describe('configurations of Llama-type models', () => {
  test("SmolLM2's", () => {
    expect(read(smol)).toMatchObject({
      vocabulary: 49152,
      context: 8192,
      keyHeads: 3,
      base: 100000,
      tied: true,
      attentionBias: 'none',
    });
    const model = createModel('llama', { ...read(smol), context: 64, positions: 8192 });
    expect(model.parameters.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0)).toBe(
      134_515_008,
    );
  });

  test("Llama 3.2's, with stretched positions", () => {
    const config = {
      ...smol,
      head_dim: 64,
      rope_scaling: {
        factor: 32,
        high_freq_factor: 4,
        low_freq_factor: 1,
        original_max_position_embeddings: 8192,
        rope_type: 'llama3',
      },
    };
    expect(read(config)).toMatchObject({
      scaling: { kind: 'llama3', factor: 32, lowFrequency: 1, highFrequency: 4, originalContext: 8192 },
    });
    expect(read(config)).not.toHaveProperty('headWidth');
  });

  test("Qwen2's: biases, and a window that is there but not used", () => {
    const config = {
      ...smol,
      model_type: 'qwen2',
      use_sliding_window: false,
      sliding_window: 32768,
      max_window_layers: 21,
    };
    expect(read(config)).toMatchObject({ attentionBias: 'qkv' });
    expect(read(config)).not.toHaveProperty('window');
    expect(read({ ...config, use_sliding_window: true })).toMatchObject({ window: 32768, windowFrom: 21 });
  });

  test("Mistral's", () => {
    expect(read({ ...smol, model_type: 'mistral', sliding_window: 4096 })).toMatchObject({ window: 4096 });
    expect(read({ ...smol, model_type: 'mistral', sliding_window: null })).not.toHaveProperty('window');
    const { num_key_value_heads: _, ...silent } = smol;
    expect(read({ ...silent, model_type: 'mistral' })).toMatchObject({ keyHeads: 8 });
  });

  test.each([
    ['another activation', { hidden_act: 'gelu' }, 'hidden_act: "gelu"'],
    ['YaRN', { rope_scaling: { rope_type: 'yarn', factor: 4 } }, 'the scaling of rotary positions'],
    ['a size that is none', { hidden_size: -1 }, 'hidden_size'],
    ['a size that is a text', { num_hidden_layers: 'many' }, 'num_hidden_layers'],
    ['heads that are turned in part', { partial_rotary_factor: 0.5 }, 'partial_rotary_factor: 0.5'],
    ['chunked attention', { layer_types: ['chunked_attention'] }, 'layer_types'],
  ])('%s is refused by name', (_, change, words) => {
    expect(() => read({ ...smol, ...change })).toThrow(words);
  });

  test('what is written reads as the same', () => {
    for (const change of [
      {},
      { window: 8 },
      { attentionBias: 'qkv', window: 8, windowFrom: 1 },
      { attentionBias: 'all', mlpBias: true, scaling: { kind: 'linear', factor: 2 } },
    ]) {
      const model = createModel('llama', {
        vocabulary: 9,
        context: 16,
        layers: 2,
        heads: 2,
        width: 8,
        ...change,
      });
      const again = createModel('llama', read(llamaLayout.writeConfig(model, {})));
      expect(again.parameters).toEqual(model.parameters);
      expect(again.config).toMatchObject(change);
    }
    const odd = createModel('llama', {
      vocabulary: 9,
      context: 4,
      layers: 1,
      heads: 1,
      width: 8,
      window: 2,
      mlpBias: true,
    });
    expect(() => llamaLayout.writeConfig(odd, {})).toThrow('none of the models');
  });
});

test.each([
  ['activation_function', 'relu'],
  ['scale_attn_by_inverse_layer_idx', true],
])('GPT-2 with %s = %s is refused', (key, value) => {
  expect(() => gpt2Layout.readConfig({ model_type: 'gpt2', [key]: value }, 'config.json')).toThrow(key);
});

describe('adapters that would be another model if they were read as plain ones', () => {
  const golden = fileURLToPath(new URL('../../../test/golden/hugging-face', import.meta.url));
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'graft-adapter-'));
    for (const name of ['llama', 'llama-lora'])
      cpSync(join(golden, name), join(folder, name), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const load = (change: object) => {
    const path = join(folder, 'llama-lora/adapter_config.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
    return loadCheckpoint(join(folder, 'llama-lora'));
  };

  test.each([
    [
      'a start that changed the model',
      { init_lora_weights: 'pissa_niter_16' },
      "init_lora_weights 'pissa_niter_16'",
    ],
    [
      'layers that are repeated',
      {
        layer_replication: [
          [0, 2],
          [1, 2],
        ],
      },
      'layer_replication',
    ],
    ['one that acts behind some tokens alone', { alora_invocation_tokens: [5] }, 'alora_invocation_tokens'],
    ['DoRA', { use_dora: true }, 'use_dora'],
    ['layers that were trained whole', { modules_to_save: ['lm_head'] }, 'modules_to_save'],
    [
      'a pattern of names',
      { alpha_pattern: { 'layers.0.*q_proj': 32 } },
      "the key 'layers.0.*q_proj' of alpha_pattern",
    ],
  ])('%s is refused by name', (_, change, words) => {
    expect(() => load(change)).toThrow(words);
  });

  test('a start that left the model alone is none', () => {
    expect(load({ init_lora_weights: 'gaussian', modules_to_save: [] }).model.family).toBe('llama');
  });
});

describe('folders that are not what they should be', () => {
  const golden = fileURLToPath(new URL('../../../test/golden/hugging-face', import.meta.url));
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'graft-layout-'));
    cpSync(join(golden, 'llama'), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const index = 'model.safetensors.index.json';
  const change = (file: string, edit: (value: Record<string, never>) => unknown) => {
    const path = join(folder, file);
    writeFileSync(path, JSON.stringify(edit(JSON.parse(readFileSync(path, 'utf8')))));
  };

  test.each(['../other.safetensors', '/etc/passwd', 'sub/x.safetensors', 'x.bin', '..'])(
    'a shard %s is outside of the folder, or none',
    (name) => {
      change(index, () => ({ weight_map: { 'lm_head.weight': name } }));
      expect(() => loadCheckpoint(folder)).toThrow('is not the name of a safetensors file in its folder');
    },
  );

  test('a shard that lacks a tensor', () => {
    change(index, (value: { weight_map?: object }) => ({
      weight_map: { ...value.weight_map, 'model.more': 'model-00001-of-00003.safetensors' },
    }));
    expect(() => loadCheckpoint(folder)).toThrow("no shard has its tensor 'model.more'");
  });

  test('sizes that do not fit the weights are said before anything is read', () => {
    change('config.json', (value) => ({ ...(value as object), hidden_size: 500_000, head_dim: 4 }));
    expect(() => loadCheckpoint(folder)).toThrow('where the configuration says');
  });

  test('another kind of model', () => {
    change('config.json', (value) => ({ ...(value as object), model_type: 't5' }));
    expect(() => loadCheckpoint(folder)).toThrow("model_type 't5'");
  });

  test('a tokenizer with more tokens than the model', () => {
    cpSync(join(golden, 'gpt2/config.json'), join(folder, 'config.json'));
    cpSync(join(golden, 'gpt2/model.safetensors'), join(folder, 'model.safetensors'));
    expect(() => loadCheckpoint(folder)).toThrow('has 326 tokens, but the model has 284');
  });
});
