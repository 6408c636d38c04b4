import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { importedCases } from '../../test/imported-cases.ts';
import { characterTokenizer } from '../data/tokenizers/character-tokenizer.ts';
import { type DType, dtypes, fromFloat32, type NumericArray } from '../formats/numeric-array.ts';
import { writeSafetensorsFile } from '../formats/safetensors.ts';
import { stream } from '../random.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { createModel } from './index.ts';
import type { Model } from './model.ts';
import { weightTensors } from './weight-tensors.ts';
import { freshWeights } from './weights.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = { image: [1, 2, 2], hidden: [3], latent: 2 };
const model = createModel('vae', config);
const weights = freshWeights(model, stream(1));
saveCheckpoint(folder, { model, weights, data: {} }, '# A test\n');

const converted = (change: (array: NumericArray) => NumericArray) =>
  writeSafetensorsFile(
    join(folder, 'model.safetensors'),
    new Map([...weightTensors(model, weights)].map(([name, array]) => [name, change(array)])),
  );

test.each([
  ['float32', 0],
  ['float64', 0],
  ['float16', 2 ** -11],
  ['bfloat16', 2 ** -8],
] as const)('weights of %s come back as their values', (dtype, relative) => {
  converted(({ data, shape }) => fromFloat32(data as Float32Array, shape, dtype));
  const loaded = loadCheckpoint(folder).weights.parameters;
  for (const [name, values] of Object.entries(weights.parameters))
    values.forEach((v, i) => {
      expect(Math.abs(loaded[name]![i]! - v)).toBeLessThanOrEqual(relative * Math.abs(v) + relative * 1e-4);
    });
});

test.each((Object.keys(dtypes) as DType[]).filter((dtype) => !dtype.includes('float')))(
  'weights of %s are refused',
  (dtype) => {
    converted(({ shape, data: { length } }) => ({ dtype, shape, data: new dtypes[dtype].array(length) }));
    expect(() => loadCheckpoint(folder)).toThrow(`its values are ${dtype}`);
  },
);

test.each([
  ['a word for a number', { config: { ...config, latent: 'two' } }, /^latent is 'two' \(.*config\.json\)/],
  [
    'a billion layers',
    { family: 'transformer', config: { vocabulary: 7, layers: 1e9 } },
    /^layers is 1000000000/,
  ],
  [
    'a thousand layers',
    { config: { ...config, hidden: Array(1000).fill(3) } },
    /^hidden is .*at most 100 entries/,
  ],
  [
    'a width that its heads do not divide',
    { family: 'transformer', config: { vocabulary: 7, width: 7, heads: 2 } },
    /^width of the transformer is 7 \(.*config\.json\)/,
  ],
  ['unknown pixels', { config, data: { values: 'gray' } }, /data\.values/],
  ['a misspelt key of data', { config, data: { trainedon: 'x' } }, /unknown key 'trainedon'.*'trainedOn'/],
  ['a misspelt key', { config, dat: {} }, /unknown key 'dat'.*Did you mean 'data'/],
  ['an unknown family', { family: 'vea', config }, /unknown model family 'vea' \(.*config\.json\).*'vae'/],
])('config.json with %s', (_, written, wanted) => {
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ graft: 1, family: 'vae', ...written }));
  expect(() => loadCheckpoint(folder)).toThrow(
    expect.objectContaining({ name: 'GraftError', message: expect.stringMatching(wanted) as string }),
  );
});

test('weights that are not finite, and a language model without its tokenizer, are not written', () => {
  const bad = {
    parameters: { ...weights.parameters, 'encoder/0/bias': new Float32Array(3).fill(NaN) },
    state: {},
  };
  expect(() => saveCheckpoint(folder, { model, weights: bad, data: {} }, '')).toThrow(
    "parameter 'encoder/0/bias' is not finite",
  );
  const text = createModel('transformer', { vocabulary: 7, context: 4, layers: 1, heads: 1, width: 4 });
  const fresh = freshWeights(text, stream(1));
  expect(() => saveCheckpoint(folder, { model: text, weights: fresh, data: {} }, '')).toThrow(
    'no tokenizer.json',
  );
});

test('a vocabulary that another program rounded up fits its tokenizer, one of our own must be as large', () => {
  const tokenizer = characterTokenizer([...'abcde\n'], { unseen: 'refuse' });
  const own = mkdtempSync(join(tmpdir(), 'graft-rounded-'));
  const save = (model: Model) =>
    saveCheckpoint(own, { model, weights: freshWeights(model, stream(1)), data: {}, tokenizer }, '# Card\n');
  const imported = createModel('imported', importedCases['next-token']);
  save(imported);
  expect(loadCheckpoint(own).model.config).toMatchObject({ vocabulary: 7 });
  const exact = createModel('transformer', { vocabulary: 7, context: 4, layers: 1, heads: 1, width: 4 });
  expect(() => save(exact)).toThrow('has 6 tokens, but the model has 7');
  rmSync(own, { recursive: true });
});
