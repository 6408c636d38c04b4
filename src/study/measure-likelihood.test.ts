import { expect, test } from 'vitest';
import { createVae } from '../models/vae.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { measureLikelihood } from './measure-likelihood.ts';

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
