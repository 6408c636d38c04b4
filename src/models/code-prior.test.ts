import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { constant } from '../tensor/build.ts';
import { evaluateTensors } from '../tensor/evaluate.ts';
import { reshape, transpose } from '../tensor/functions/arrangement.ts';
import { relu } from '../tensor/functions/elementwise.ts';
import { linear } from '../tensor/functions/linear.ts';
import { vampPrior } from './code-prior.ts';
import { createContext } from './context.ts';
import { mapExamples } from './run-model.ts';
import { createVae, type VaeConfig } from './vae.ts';
import { freshWeights, weightFeeds } from './weights.ts';

describe('VampPrior', () => {
  const config: VaeConfig = { image: [1, 2, 2], hidden: [3], latent: 1, prior: 'vamp', pseudoInputs: 4 };
  const weights = freshWeights(createVae(config), stream(4)).parameters;
  const widened = {
    ...weights,
    // Components that lie apart and differ in width.
    'encoder/latent/mean/weight': weights['encoder/latent/mean/weight']!.map((w) => 40 * w),
    'encoder/latent/log-variance/weight': weights['encoder/latent/log-variance/weight']!.map((w) => 5 * w),
    'encoder/latent/log-variance/bias': Float32Array.of(-3),
  };
  const prior = (values: typeof weights) => {
    const model = createVae(config);
    const context = createContext(model, { batchSize: 1 });
    const made = vampPrior({ image: [1, 2, 2], latent: 1, count: 4 }, (on, x) => {
      const h = relu(
        linear(reshape(x, [4, 4]), on.parameter('encoder/0/weight'), on.parameter('encoder/0/bias')),
      );
      const head = (name: string) =>
        linear(h, on.parameter(`encoder/latent/${name}/weight`), on.parameter(`encoder/latent/${name}/bias`));
      return { mean: head('mean'), logVariance: head('log-variance') };
    });
    const feeds = weightFeeds({ parameters: values, state: {} });
    return {
      density: (codes: readonly number[]) =>
        [
          ...evaluateTensors(
            [made.cost(context, constant(Float64Array.from(codes), [codes.length, 1]))],
            feeds,
          )[0]!.data,
        ].map((cost) => Math.exp(-cost)),
      draw: (numbers: Float64Array) => [
        ...evaluateTensors([made.draw(context, constant(numbers, [numbers.length / 2, 2]))], feeds)[0]!.data,
      ],
    };
  };
  const step = 0.01;
  const grid = Array.from({ length: 6001 }, (_, i) => (i - 3000) * step);

  test('is a density, with several bumps', () => {
    const densities = prior(widened).density(grid);
    expect(densities.reduce((a, b) => a + b, 0) * step).toBeCloseTo(1, 3);
    const bumps = densities.filter((d, i) => d > (densities[i - 1] ?? 0) && d > (densities[i + 1] ?? 0));
    expect(bumps.length).toBeGreaterThan(1);
  });

  test('its draws follow the density', () => {
    const { density, draw } = prior(widened);
    const count = 20_000;
    const draws = draw(stream(9).normals(2 * count) as Float64Array);
    const densities = density(grid);
    for (const at of [0.25, 0.5, 0.75]) {
      let below = 0;
      const place = densities.findIndex((d) => {
        below += d * step;
        return below > at;
      });
      const share = draws.filter((z) => z < grid[place]!).length / count;
      expect(Math.abs(share - at)).toBeLessThan(0.02);
    }
  });

  test('with pseudo-inputs whose posterior is the standard normal it is the standard normal prior', async () => {
    const flat = {
      ...weights,
      ...Object.fromEntries(
        ['mean', 'log-variance'].map((head) => [`encoder/latent/${head}/weight`, new Float32Array(3)]),
      ),
      ...Object.fromEntries(
        ['mean', 'log-variance'].map((head) => [`encoder/latent/${head}/bias`, new Float32Array(1)]),
      ),
    };
    prior(flat)
      .density([-1, 0, 2])
      .forEach((d, i) => {
        expect(d).toBeCloseTo(Math.exp(-([1, 0, 4][i]! / 2)) / Math.sqrt(2 * Math.PI), 8);
      });
    const x = { shape: [1, 2, 2], data: Float32Array.of(0, 1, 1, 0, 1, 1, 0, 0) };
    const bounds = await Promise.all(
      (['vamp', 'normal'] as const).map(async (kind) => {
        const model = createVae({ ...config, prior: kind });
        return mapExamples(
          model,
          { parameters: flat, state: {} },
          { count: 2, fields: { x } },
          (context) => transpose(model.likelihood!.logWeights(context, 5), [1, 0]),
          stream(2),
          { batchSize: 2, threads: 1, device: 'cpu' },
        );
      }),
    );
    bounds[0]!.data.forEach((v, i) => {
      expect(v).toBeCloseTo(bounds[1]!.data[i]!, 4);
    });
  });

  test('has no classes', () => {
    expect(() => createVae({ ...config, conditional: true, classes: ['a', 'b'] })).toThrow(
      /pseudo-inputs have no class/,
    );
  });
});
