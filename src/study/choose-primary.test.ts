import { expect, test } from 'vitest';
import type { DataSet } from '../data/data-set.ts';
import type { Likelihood, Sampler } from '../models/model.ts';
import { choosePrimary, type JudgedModel } from './choose-primary.ts';
import type { EncodingInput } from './step-inputs.ts';

const images = (channels: number, count = 10) =>
  ({
    kind: 'image',
    name: 'pictures',
    channels,
    height: 4,
    width: 4,
    count,
    provenance: { source: 'made up', steps: [] },
  }) as unknown as DataSet;
const texts = { kind: 'text', name: 'texts', count: 10 } as unknown as DataSet;

const model = (kind: Likelihood['kind'] | undefined, encoding: EncodingInput): JudgedModel => ({
  model: {
    sampler: { kind: 'latent' } as Sampler,
    ...(kind === undefined ? {} : { likelihood: { kind } as Likelihood }),
  },
  encoding,
});
const pictures = (kind: Likelihood['kind'] | undefined, values: 'unit' | 'levels' | { binarise: number }) =>
  model(kind, { kind: 'image', values });
const text = (ends: boolean) => model('exact', { kind: 'text', context: 8, ends, tokenizer: 'checkpoint' });

test('held-out likelihood decides where all models share its scale', () => {
  const vae = pictures('bound', { binarise: 0.5 });
  expect(choosePrimary([vae, vae], images(1), 500)).toBe('nll');
  expect(choosePrimary([text(true), text(true)], texts, 500)).toBe('bits_per_byte');
});

test('another scale, another kind or no likelihood: the kernel distance of samples', () => {
  const vae = pictures('bound', { binarise: 0.5 });
  for (const other of [
    pictures('bound', 'levels'),
    pictures('bound', { binarise: 0.3 }),
    pictures('exact', { binarise: 0.5 }),
    pictures(undefined, { binarise: 0.5 }),
  ])
    expect(choosePrimary([vae, other], images(3), 500)).toBe('kid');
});

test('likelihoods of images given their class share no scale with those of images alone', () => {
  const alone = pictures('bound', 'levels');
  const byClass = model('bound', { kind: 'image', values: 'levels', classes: ['a', 'b'] });
  expect(choosePrimary([byClass, byClass], images(1), 500)).toBe('nll');
  expect(choosePrimary([alone, byClass], images(1), 500)).toBe('kid');
});

test('nothing decides where neither can be had', () => {
  const autoencoder = pictures(undefined, 'unit');
  expect(choosePrimary([autoencoder], images(2), 500)).toBeUndefined();
  expect(choosePrimary([autoencoder], images(1, 1), 500)).toBeUndefined();
  expect(choosePrimary([autoencoder], images(1), 1)).toBeUndefined();
  expect(choosePrimary([text(true), text(false)], texts, 500)).toBeUndefined();
  const scorer = pictures('exact', 'unit');
  const judging = { ...scorer, model: { ...scorer.model, sampler: { kind: 'none' } as const } };
  expect(choosePrimary([judging, judging], images(1), 500)).toBe('nll');
  expect(choosePrimary([judging, autoencoder], images(1), 500)).toBeUndefined();
});
