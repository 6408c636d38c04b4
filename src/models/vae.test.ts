import { describe, expect, test } from 'vitest';
import { choleskyLogDensity } from '../../test/gaussian-density.ts';
import { applyMetric } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import { matrix } from '../numeric/matrix.ts';
import { stream } from '../random.ts';
import { transpose } from '../tensor/functions/arrangement.ts';
import { add } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { drawImages } from './draw-samples.ts';
import type { LatentSampler, Model, Objective, Weights } from './model.ts';
import { mapExamples } from './run-model.ts';
import { createVae, type VaeConfig } from './vae.ts';
import { freshWeights } from './weights.ts';

/**
 * With no hidden layers and a Gaussian output the model is linear: x ~ N(W z + b, s^2 I), so that p(x) is the normal
 * density N(b, W W' + s^2 I) and the posterior is N(M^-1 W' (x - b), s^2 M^-1) with M = W' W + s^2 I.
 */
describe('on a linear-Gaussian VAE', () => {
  const [pixels, latent] = [6, 2];
  const logVariance = -1;
  const variance = Math.exp(logVariance);
  const model = createVae({ image: [1, 2, 3], hidden: [], latent, likelihood: 'gaussian' });
  const seed = stream(3);
  // Orthogonal columns make the posterior diagonal, which is what the encoder can express.
  const w = [0.9, 0.3, 0.5, -0.9, -0.4, 0.2, 0.3, 0.4, -0.6, 0.1, 0.2, -0.3];
  const dot = (i: number, j: number) =>
    Array.from({ length: pixels }, (_, p) => w[p * 2 + i]! * w[p * 2 + j]!).reduce((a, b) => a + b);
  const shift = dot(0, 1) / dot(0, 0);
  for (let p = 0; p < pixels; p++) w[p * 2 + 1]! -= shift * w[p * 2]!;
  const bias = [0.1, 0.4, 0.3, 0.6, 0.2, 0.5];

  /** Weights whose encoder is the exact posterior, or off by a factor in its mean and a shift in its log-variance. */
  function weightsWith(meanFactor: number, logVarianceShift: number): Weights {
    const fresh = freshWeights(model, seed);
    const precision = [0, 1].map((i) => dot(i, i) + variance);
    const gain = precision.map((m, i) =>
      Array.from({ length: pixels }, (_, p) => (w[p * 2 + i]! / m) * meanFactor),
    );
    return {
      state: {},
      parameters: {
        ...fresh.parameters,
        'decoder/output/weight': Float32Array.from(w),
        'decoder/output/bias': Float32Array.from(bias),
        'output/log-variance': Float32Array.of(logVariance),
        'encoder/latent/mean/weight': Float32Array.from(gain.flat()),
        'encoder/latent/mean/bias': Float32Array.from(
          gain.map((row) => -row.reduce((a, g, p) => a + g * bias[p]!, 0)),
        ),
        'encoder/latent/log-variance/weight': new Float32Array(latent * pixels),
        'encoder/latent/log-variance/bias': Float32Array.from(
          precision.map((m) => Math.log(variance / m) + logVarianceShift),
        ),
      },
    };
  }

  const count = 200;
  const data = seed.child('x').normals(count * pixels, new Float32Array(count * pixels)) as Float32Array;
  const table = { count, fields: { x: { shape: [1, 2, 3], data } } };
  const covariance = matrix(
    pixels,
    pixels,
    Array.from({ length: pixels * pixels }, (_, k) => {
      const [p, q] = [Math.floor(k / pixels), k % pixels];
      return w[p * 2]! * w[q * 2]! + w[p * 2 + 1]! * w[q * 2 + 1]! + (p === q ? variance : 0);
    }),
  );
  const exact = -choleskyLogDensity(data, count, bias, covariance) / count;

  async function bound(weights: Weights, k: number): Promise<{ nll: number; elbo: number }> {
    const draws = await mapExamples(
      model,
      weights,
      table,
      (context) => transpose(model.likelihood!.logWeights(context, k), [1, 0]),
      seed.child(k),
      { batchSize: 50, threads: 1, device: 'cpu' },
    );
    const result = applyMetric(metrics.nll, { logWeights: matrix(count, k, draws.data) });
    return { nll: result.value, elbo: result.extras!.elbo_nll! };
  }

  test('the bound is exact when the encoder is the posterior', async () => {
    const { nll, elbo } = await bound(weightsWith(1, 0), 8);
    expect(nll).toBeCloseTo(exact, 4);
    expect(elbo).toBeCloseTo(exact, 4);
  });

  test('with another encoder the bounds order and converge to the exact likelihood', async () => {
    const weights = weightsWith(0.5, 0.5);
    const bounds = [];
    for (const k of [1, 10, 100, 2000]) bounds.push((await bound(weights, k)).nll);
    expect(bounds[0]!).toBeGreaterThan(bounds[1]! + 0.01);
    expect(bounds[1]!).toBeGreaterThan(bounds[2]!);
    expect(bounds[3]!).toBeGreaterThan(exact - 0.005);
    expect(bounds[3]!).toBeLessThan(exact + 0.01);
  });

  /** Mean cost of the importance-weighted objective, and of its terms, in nats. */
  async function iwae(weights: Weights, importanceSamples: number) {
    const trained = createVae({ ...(model.config as VaeConfig), objective: 'iwae', importanceSamples });
    const mean = async (pick: (objective: Objective) => Tensor) => {
      const { data: values } = await mapExamples(
        trained,
        weights,
        table,
        (context) => pick(trained.players[0]!.objective(context)),
        seed.child('draws'),
        { batchSize: 50, threads: 1, device: 'cpu' },
      );
      return values.reduce((a, b) => a + b, 0) / count;
    };
    return {
      cost: await mean(({ cost }) => cost),
      elbo: await mean(({ terms }) => add(terms!.reconstruction!, terms!.divergence!)),
    };
  }

  test('the importance-weighted objective is the exact likelihood where the encoder is the posterior', async () => {
    expect((await iwae(weightsWith(1, 0), 3)).cost).toBeCloseTo(exact, 4);
  });

  test('with another encoder it is the lower bound at one draw, and nearer to the likelihood with more', async () => {
    const weights = weightsWith(0.5, 0.5);
    const one = await iwae(weights, 1);
    expect(one.cost).toBeCloseTo(one.elbo, 5);
    const costs = [one.cost, (await iwae(weights, 5)).cost, (await iwae(weights, 50)).cost];
    expect(costs[0]!).toBeGreaterThan(costs[1]! + 0.01);
    expect(costs[1]!).toBeGreaterThan(costs[2]!);
    expect(costs[2]!).toBeGreaterThan(exact - 0.01);
    // Among the draws of one example the bound of all lies below the mean of their bounds (Jensen).
    const several = await iwae(weights, 50);
    expect(several.cost).toBeLessThan(several.elbo);
  });
});

describe('by class', () => {
  const config: VaeConfig = {
    image: [1, 2, 2],
    hidden: [3],
    latent: 2,
    conditional: true,
    classes: ['a', 'b'],
  };
  const model = createVae(config);
  const { parameters } = freshWeights(model, stream(6));
  const draw = async (values: typeof parameters, label: number) =>
    (
      await drawImages(model, model.sampler as LatentSampler, { parameters: values, state: {} }, stream(7), {
        count: 3,
        batchSize: 3,
        threads: 1,
        device: 'cpu',
        labels: [label, label, label],
      })
    ).data;

  test('one latent vector makes another image for another class', async () => {
    const [a, b] = [await draw(parameters, 0), await draw(parameters, 1)];
    expect(a.every((v, i) => Math.abs(v - b[i]!) > 1e-4)).toBe(true);
  });

  test('with vectors of 0 for all classes it is the model without classes', async () => {
    const zeroed = {
      ...parameters,
      'encoder/latent/class': new Float32Array(4),
      'decoder/0/class': new Float32Array(4),
    };
    expect(await draw(zeroed, 0)).toEqual(await draw(zeroed, 1));
    const plain = createVae({ image: [1, 2, 2], hidden: [3], latent: 2 });
    const left = (name: string, columns: number, width: number) =>
      parameters[name]!.filter((_, i) => i % width < columns);
    const alone = {
      ...zeroed,
      'encoder/latent/mean/weight': left('encoder/latent/mean/weight', 3, 5),
      'encoder/latent/log-variance/weight': left('encoder/latent/log-variance/weight', 3, 5),
      'decoder/0/weight': left('decoder/0/weight', 2, 4),
    };
    const bounds = async (of: Model, values: typeof parameters) =>
      mapExamples(
        of,
        { parameters: values, state: {} },
        {
          count: 2,
          fields: {
            x: { shape: [1, 2, 2], data: Float32Array.of(0, 1, 1, 0, 1, 1, 0, 0) },
            label: { shape: [], data: Int32Array.of(0, 1) },
          },
        },
        (context) => of.players[0]!.objective(context).cost,
        stream(2),
        { batchSize: 2, threads: 1, device: 'cpu' },
      );
    const [told, untold] = [await bounds(model, zeroed), await bounds(plain, alone)];
    told.data.forEach((v, i) => {
      expect(v).toBeCloseTo(untold.data[i]!, 5);
    });
  });
});

test('a weighted divergence and an importance-weighted objective exclude each other', () => {
  expect(() => createVae({ image: [1, 2, 2], objective: 'iwae', beta: 2 })).toThrow(/beta 2/);
});
