import { describe, expect, test } from 'vitest';
import { trainBpeTokenizer } from '../data/tokenizers/bpe-tokenizer.ts';
import {
  characterTokenizer,
  trainCharacterTokenizer,
  withByteTokens,
} from '../data/tokenizers/character-tokenizer.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { stream } from '../random.ts';
import { createModel } from './index.ts';
import { resizeMaps } from './resize-tensor.ts';
import { transplant } from './transplant.ts';
import { freshWeights } from './weights.ts';

const seed = stream(8);
const fateOf = (fates: readonly { name: string; fate: string; how?: string }[], name: string) =>
  fates.find((fate) => fate.name === name);

describe('another size of a model', () => {
  const small = createModel('transformer', { vocabulary: 9, context: 4, layers: 2, heads: 2, width: 4 });
  const weights = freshWeights(small, seed.child('small'));
  const move = (config: Record<string, unknown>) => {
    const model = createModel('transformer', {
      vocabulary: 9,
      context: 4,
      layers: 2,
      heads: 2,
      width: 4,
      ...config,
    });
    return { model, ...transplant({ model: small, weights }, model, undefined, seed.child('fresh')) };
  };

  test('the same size takes everything', () => {
    const { weights: moved, fates } = move({});
    expect(new Set(fates.map(({ fate }) => fate))).toEqual(new Set(['taken']));
    expect(moved).toEqual(weights);
  });

  test('more blocks and a longer context: what is new is said, the rest is as it was', () => {
    const { model, weights: moved, fates } = move({ layers: 3, context: 6 });
    expect(fateOf(fates, 'block/2/mlp/up/weight')?.fate).toBe('new');
    expect(fateOf(fates, 'embedding/position')).toMatchObject({
      fate: 'resized',
      how: 'the leading [4, 4] taken, the rest drawn anew',
      from: [4, 4],
      to: [6, 4],
    });
    const fresh = freshWeights(model, seed.child('fresh')).parameters['embedding/position']!;
    expect([...moved.parameters['embedding/position']!]).toEqual([
      ...weights.parameters['embedding/position']!,
      ...fresh.subarray(16),
    ]);
  });

  test('fewer blocks: what has no place is said', () => {
    const { fates } = move({ layers: 1 });
    const dropped = fates.filter(({ fate }) => fate === 'dropped').map(({ name }) => name);
    expect(dropped).toHaveLength(8);
    expect(dropped.every((name) => name.startsWith('block/1/'))).toBe(true);
  });

  test('another width takes the leading part of each matrix', () => {
    const { weights: moved } = move({ width: 6 });
    const [a, b] = [moved, weights].map((w) => w.parameters['block/0/attention/query/weight']!);
    expect([...a!.subarray(0, 4)]).toEqual([...b!.subarray(0, 4)]);
    expect([...a!.subarray(6, 10)]).toEqual([...b!.subarray(4, 8)]);
  });

  test('another family is refused', () => {
    const vae = createModel('vae', { image: [1, 4, 4], hidden: [4], latent: 2 });
    expect(() => transplant({ model: small, weights }, vae, undefined, seed)).toThrow('cannot be combined');
  });
});

test('rows of another vocabulary are found by token, those of new tokens are the mean of their pieces', () => {
  const before = trainCharacterTokenizer(['abc'], { ends: true });
  const after = trainBpeTokenizer(['ab ab ab ab cab'], { vocabularySize: 259 });
  const model = (vocabulary: number) =>
    createModel('transformer', { vocabulary, context: 4, layers: 1, heads: 1, width: 2, tied: false });
  const donor = { model: model(before.vocabularySize), tokenizer: before };
  const weights = freshWeights(donor.model, seed);
  const { weights: moved, fates } = transplant(
    { ...donor, weights },
    model(after.vocabularySize),
    after,
    seed.child('fresh'),
  );
  for (const name of ['embedding/token', 'output/weight']) {
    const row = (of: Float32Array, id: number) => [...of.subarray(2 * id, 2 * id + 2)];
    const [old, now] = [weights.parameters[name]!, moved.parameters[name]!];
    const id = (text: string) => after.encode(text)[0]!;
    expect(row(now, id('c'))).toEqual(row(old, before.encode('c')[0]!));
    expect(after.encode('ab')).toHaveLength(1);
    const [a, b] = [...before.encode('ab')];
    row(now, id('ab')).forEach((v, i) => {
      expect(v).toBeCloseTo((row(old, a!)[i]! + row(old, b!)[i]!) / 2, 6);
    });
    expect(row(now, after.special.eos!)).toEqual(row(old, before.special.eos!));
    expect(fateOf(fates, name)).toMatchObject({ fate: 'remapped' });
  }
});

test('all tensors of a recurrent model that have a row for each token follow it, biases too', () => {
  const [before, after] = ['abc', 'cdb'].map((text) => trainCharacterTokenizer([text], { ends: false })) as [
    Tokenizer,
    Tokenizer,
  ];
  const model = createModel('recurrent', {
    vocabulary: before.vocabularySize,
    context: 4,
    layers: 1,
    width: 2,
    hidden: 2,
  });
  const weights = freshWeights(model, seed);
  weights.parameters['output/bias']!.set(
    Float32Array.from(weights.parameters['output/bias']!, (_, i) => i + 1),
  );
  const { weights: moved, fates } = transplant(
    { model, weights, tokenizer: before },
    model,
    after,
    seed.child('fresh'),
  );
  const [old, now] = [weights.parameters['output/bias']!, moved.parameters['output/bias']!];
  for (const token of 'bcd') expect(now[after.encode(token)[0]!]).toBe(old[before.encode(token)[0]!]);
  for (const name of ['embedding/token', 'output/bias']) expect(fateOf(fates, name)?.fate).toBe('remapped');
});

describe('other classes', () => {
  const classes = { before: ['cat', 'dog'], after: ['dog', 'emu', 'cat'] };

  test('rows of classes are found by name', () => {
    const model = (names: readonly string[]) =>
      createModel('gan', {
        image: [1, 8, 8],
        latent: 3,
        generatorChannels: [2],
        discriminatorChannels: [2],
        conditional: true,
        classes: names,
      });
    const donor = model(classes.before);
    const weights = freshWeights(donor, seed);
    const { weights: moved, fates } = transplant(
      { model: donor, weights },
      model(classes.after),
      undefined,
      seed.child('fresh'),
    );
    const name = 'discriminator/output/class';
    const width = weights.parameters[name]!.length / 2;
    const row = (values: Float32Array, at: number) => [...values.subarray(at * width, (at + 1) * width)];
    const [old, now] = [weights.parameters[name]!, moved.parameters[name]!];
    expect(row(now, 0)).toEqual(row(old, 1));
    expect(row(now, 2)).toEqual(row(old, 0));
    expect(fateOf(fates, name)?.how).toBe('2 of 3 rows by class, 1 drawn anew');
    expect(fateOf(fates, 'generator/0/scale')?.fate).toBe('remapped');
  });

  test('also in another order alone, and with the row for no class behind them', () => {
    const model = (names: readonly string[]) =>
      createModel('flow-matching', {
        image: [1, 4, 4],
        channels: 2,
        multipliers: [1],
        groups: 1,
        attention: false,
        conditional: true,
        classes: names,
      });
    const donor = model(classes.before);
    const weights = freshWeights(donor, seed);
    const other = model([...classes.before].reverse());
    const { weights: moved, fates } = transplant({ model: donor, weights }, other, undefined, seed);
    const { name } = fates.find(({ name }) => name.endsWith('/class'))!;
    const rows = (values: Float32Array) =>
      [0, 1, 2].map((i) => [...values.subarray((i * values.length) / 3, ((i + 1) * values.length) / 3)]);
    const [cat, dog, none] = rows(weights.parameters[name]!);
    expect(rows(moved.parameters[name]!)).toEqual([dog, cat, none]);
  });
});

test('what becomes of the state is said, also where it has no place', () => {
  const model = (channels: readonly number[]) =>
    createModel('gan', {
      image: [1, 8, 8],
      latent: 3,
      generatorChannels: channels,
      discriminatorChannels: [2],
    });
  const donor = model([4, 2]);
  const weights = freshWeights(donor, seed);
  const { fates } = transplant({ model: donor, weights }, model([6]), undefined, seed);
  expect(fateOf(fates, 'state/generator/1/mean')).toEqual({
    name: 'state/generator/1/mean',
    fate: 'dropped',
    from: [2],
  });
  expect(fateOf(fates, 'state/generator/0/mean')).toMatchObject({ fate: 'new', from: [4], to: [6] });
});

test('another resolution interpolates the axes of pixels', () => {
  const model = (size: number) =>
    createModel('vae', { image: [1, size, size], hidden: [5], latent: 2, likelihood: 'bernoulli' });
  const [small, large] = [model(4), model(8)];
  const weights = freshWeights(small, seed);
  const { weights: moved, fates } = transplant({ model: small, weights }, large, undefined, seed);
  expect(fateOf(fates, 'encoder/0/weight')).toMatchObject({
    fate: 'resized',
    how: 'a map of 4 x 4 interpolated to 8 x 8',
  });
  // A constant picture excites a hidden unit as much as before.
  const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);
  const [a, b] = [weights, moved].map((w) => w.parameters['encoder/0/weight']!);
  for (let unit = 0; unit < 5; unit++)
    expect(sum(b!.subarray(unit * 64, unit * 64 + 64))).toBeCloseTo(
      sum(a!.subarray(unit * 16, unit * 16 + 16)),
      4,
    );
  expect(fateOf(fates, 'decoder/0/weight')?.fate).toBe('taken');
});

test('another resolution and another width at once', () => {
  const model = (size: number, hidden: number) =>
    createModel('vae', { image: [1, size, size], hidden: [hidden], latent: 2, likelihood: 'bernoulli' });
  const donor = model(4, 5);
  const weights = freshWeights(donor, seed);
  const { weights: moved, fates } = transplant({ model: donor, weights }, model(8, 6), undefined, seed);
  expect(fateOf(fates, 'encoder/0/weight')?.how).toBe(
    'a map of 4 x 4 interpolated to 8 x 8; the leading [5, 64] taken, the rest drawn anew',
  );
  const alone = transplant({ model: donor, weights }, model(8, 5), undefined, seed).weights;
  expect(moved.parameters['encoder/0/weight']!.subarray(0, 5 * 64)).toEqual(
    alone.parameters['encoder/0/weight'],
  );
});

test('bilinear interpolation keeps what is constant and what rises evenly', () => {
  const maps = { channels: 1, from: [1, 4], to: [1, 8] } as const;
  expect([...resizeMaps(Float32Array.of(2, 2, 2, 2), [4], 0, maps, false)]).toEqual(Array(8).fill(2));
  const rising = resizeMaps(Float32Array.of(0, 1, 2, 3), [4], 0, maps, false);
  expect([...rising]).toEqual([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]);
});

test('bytes beside a vocabulary of characters take no rows from it, and its biases move with its rows', () => {
  const before = characterTokenizer(['b', 'A', '\n'], { unseen: 'refuse' });
  const after = withByteTokens(before);
  const model = (vocabulary: number) =>
    createModel('recurrent', { vocabulary, context: 4, layers: 1, width: 2, hidden: 3, tied: false });
  const weights = freshWeights(model(3), seed);
  weights.parameters['output/bias']!.set([1, 2, 6]);
  const donor = { model: model(3), weights, tokenizer: before };
  const { weights: moved, fates } = transplant(donor, model(259), after, seed);
  expect([...after.encode('bA\n~')]).toEqual([0, 1, 2, 3 + 126]);
  const bias = moved.parameters['output/bias']!;
  expect([...bias.subarray(0, 3)]).toEqual([1, 2, 6]);
  // The byte of A is never written, for A has a token: it is as unlikely as any other new one.
  expect(new Set(bias.subarray(3))).toEqual(new Set([Math.fround(3 - Math.log(256))]));
  for (const [name, width] of [
    ['embedding/token', 2],
    ['output/weight', 3],
  ] as const) {
    const [old, now] = [weights.parameters[name]!, moved.parameters[name]!];
    expect([...now.subarray(0, 3 * width)]).toEqual([...old]);
    expect(now[(3 + 65) * width]).toBeCloseTo((old[0]! + old[width]! + old[2 * width]!) / 3, 6);
    expect(fateOf(fates, name)).toMatchObject({
      how: '3 of 259 rows by token, 0 from the mean of their pieces, 256 from the mean of all rows',
    });
  }
  const back = transplant({ model: model(259), weights: moved, tokenizer: after }, model(3), before, seed);
  expect(back.weights).toEqual(weights);
  expect(() => withByteTokens(after)).toThrow('it has them already');
});
