import { expect, test } from 'vitest';
import { createNormalizingFlow } from '../models/normalizing-flow.ts';
import { mapExamples } from '../models/run-model.ts';
import { createVae } from '../models/vae.ts';
import { createVqVae } from '../models/vq-vae.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { transpose } from '../tensor/functions/arrangement.ts';
import { measureLikelihood } from './measure-likelihood.ts';
import { measurementKey } from './measurement-key.ts';

const pixels = 4;

test.each([
  ['gaussian', 256],
  ['discretised-logistic', 1],
  ['bernoulli', 1],
] as const)(
  'bits per dimension of a %s likelihood are those of integer levels',
  async (likelihood, levels) => {
    const model = createVae({ image: [1, 2, 2], hidden: [4], latent: 2, likelihood });
    const data = Float32Array.from({ length: 3 * pixels }, (_, i) => i % 2);
    const { measurements } = await measureLikelihood(
      model,
      freshWeights(model, stream(1)),
      { table: { count: 3, fields: { x: { shape: [1, 2, 2], data } } }, representation: 'small' },
      { on: 'target', split: 'test' },
      stream(2),
      { importanceSamples: 2, batchSize: 8, threads: 1, device: 'cpu' },
    );
    const [nll, bits] = measurements;
    expect(bits).toMatchObject({ metric: 'bits_per_dim', options: { dimensions: pixels, levels } });
    expect(bits!.value).toBeCloseTo(nll!.value / (pixels * Math.LN2) + Math.log2(levels), 10);
  },
);

test('the likelihood of images given their class has a column of its own', async () => {
  const measured = async (conditional: boolean) => {
    const model = createVae({ image: [1, 2, 2], hidden: [4], latent: 2, conditional, classes: ['a', 'b'] });
    const fields = {
      x: { shape: [1, 2, 2], data: new Float32Array(2 * pixels) },
      label: { shape: [], data: Int32Array.of(0, 1) },
    };
    const { measurements } = await measureLikelihood(
      model,
      freshWeights(model, stream(1)),
      { table: { count: 2, fields }, representation: 'small' },
      { on: 'target', split: 'test' },
      stream(2),
      { importanceSamples: 2, batchSize: 2, threads: 1, device: 'cpu' },
    );
    return measurements.map(measurementKey);
  };
  const [alone, byClass] = [await measured(false), await measured(true)];
  expect(alone[0]).toBe('nll(k=2)@target/test');
  expect(byClass[0]).toBe('nll(given=class, k=2)@target/test');
  expect(byClass[1]).toContain('given=class');
});

test('an exact likelihood takes no draws and says so', async () => {
  const model = createNormalizingFlow({ image: [1, 2, 2], scales: 1, depth: 1, likelihood: 'density' });
  const data = new Float32Array(2 * pixels).fill(0.5);
  const { measurements } = await measureLikelihood(
    model,
    freshWeights(model, stream(1)),
    { table: { count: 2, fields: { x: { shape: [1, 2, 2], data } } }, representation: 'small' },
    { on: 'target', split: 'test' },
    stream(2),
    { importanceSamples: 5, batchSize: 2, threads: 1, device: 'cpu' },
  );
  expect(measurements[0]).toMatchObject({ kind: 'exact', options: {} });
  expect(measurementKey(measurements[0]!)).toBe('nll@target/test');
});

test('a bound by one code per example tells nothing of its gap', async () => {
  const model = createVqVae({ image: [1, 4, 4], channels: [3], codes: 3, vector: 2, priorLayers: 1 });
  const data = Float32Array.from({ length: 3 * 16 }, (_, i) => i % 2);
  const weights = freshWeights(model, stream(1));
  const table = { count: 3, fields: { x: { shape: [1, 4, 4], data } } };
  const run = { batchSize: 2, threads: 1, device: 'cpu' } as const;
  const { measurements, items } = await measureLikelihood(
    model,
    weights,
    { table, representation: 'small' },
    { on: 'target', split: 'test' },
    stream(2),
    { importanceSamples: 5, ...run },
  );
  expect(measurements[0]).toMatchObject({ kind: 'variational bound', options: { k: 5 } });
  expect(measurements[0]!.extras).toEqual({});
  // The mean of the negative bounds of all draws, which are equal.
  const every = await mapExamples(
    model,
    weights,
    table,
    (on) => transpose(model.likelihood!.logWeights(on, 5), [1, 0]),
    stream(2),
    run,
  );
  expect(measurements[0]!.value).toBeCloseTo(-every.data.reduce((a, b) => a + b) / 15, 5);
  expect(items).toHaveLength(3);
});
