import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type DataSpec, dataSpec } from './data-spec.ts';
import { resolveDataSpec } from './resolve-data-spec.ts';

const common = { fit: 'cover', invert: false, window: 256 };

test('short forms', () => {
  expect(resolveDataSpec('mnist')).toEqual({ dataset: 'mnist', ...common });
  expect(resolveDataSpec('glyphs/serif')).toEqual({ dataset: 'glyphs', select: 'serif', ...common });
  expect(resolveDataSpec('fashion-mnist/T-shirt/top')).toEqual({
    dataset: 'fashion-mnist',
    select: 'T-shirt/top',
    ...common,
  });
  for (const path of ['./images', '../data/x.npz', '/data', '~/x', 'C:\\data', '.']) {
    expect(resolveDataSpec(path)).toEqual({ path, ...common });
  }
});

test('defaults are filled in', () => {
  expect(
    resolveDataSpec({
      dataset: 'mnist',
      select: { label: [0, 1] },
      corrupt: { noise: 0.1, 'off-domain': { fraction: 0.2, from: 'kmnist' } },
      split: { test: 0.3 },
      size: 500,
    }),
  ).toEqual({
    dataset: 'mnist',
    select: { label: [0, 1] },
    ...common,
    size: 500,
    corrupt: {
      duplicates: 0,
      'wrong-labels': 0,
      noise: 0.1,
      seed: 0,
      'off-domain': { fraction: 0.2, from: 'kmnist' },
    },
    split: { train: 0.7, validation: 0.1, test: 0.3, seed: 0, duplicates: 'remove' },
  });
});

describe('mistakes are named with their place', () => {
  test.each([
    [
      { dataset: 'mnist', resise: 28 },
      'unknown-name',
      "unknown key 'resise' (study.yaml: resise). Did you mean 'resize'?",
    ],
    [{ dataset: 'mnist', size: 0 }, 'invalid-value', 'size is 0 (study.yaml); allowed: at least 1'],
    [{ dataset: 'mnist', size: 'many' }, 'invalid-value', "size is 'many' (study.yaml); allowed: a number"],
    [
      { dataset: 'mnist', corrupt: { duplicate: 0.1 } },
      'unknown-name',
      "unknown key 'duplicate' (study.yaml: corrupt.duplicate). Did you mean 'duplicates'?",
    ],
    [
      { dataset: 'mnist', corrupt: { noise: 2 } },
      'invalid-value',
      'corrupt.noise is 2 (study.yaml); allowed: at most 1',
    ],
    [
      { path: './x', format: 'jsnl' },
      'unknown-name',
      "unknown format 'jsnl' (study.yaml: format). Did you mean 'jsonl'?",
    ],
    [{ pth: './x' }, 'unknown-name', "unknown key 'pth'"],
    [{ path: './x', resize: [28] }, 'invalid-value', 'resize'],
    [
      { path: './x', resize: 'large' },
      'invalid-value',
      "resize is 'large' (study.yaml); allowed: a whole number or a list",
    ],
    [{ path: './x', channels: 2 }, 'invalid-value', 'channels is 2 (study.yaml); allowed: 1 or 3'],
    [{ dataset: 7 }, 'invalid-value', 'dataset is 7 (study.yaml); allowed: text'],
  ])('%j', (spec, code, message) => {
    try {
      resolveDataSpec(spec as DataSpec, 'study.yaml');
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toContain(message);
      expect(error).toMatchObject({ code });
    }
  });
});

test('the JSON Schema names every key with its meaning', () => {
  const text = JSON.stringify(z.toJSONSchema(dataSpec, { io: 'input' }));
  for (const key of ['dataset', 'path', 'select', 'size', 'corrupt', 'split', 'window'])
    expect(text).toContain(`"${key}"`);
  expect(text).toContain('the quality axis');
});
