import { describe, expect, test } from 'vitest';
import { choleskyLogDensity } from '../../test/gaussian-density.ts';
import { matrix } from '../numeric/matrix.ts';
import { stream } from '../random.ts';
import { input } from '../tensor/build.ts';
import { evaluateTensors } from '../tensor/evaluate.ts';
import { reshape } from '../tensor/functions/arrangement.ts';
import { countParameters } from '../tensor/parameters.ts';
import { createContext, inputNames } from './context.ts';
import type { LatentSampler, Weights } from './model.ts';
import { noiseFeeds } from './noise.ts';
import { createNormalizingFlow } from './normalizing-flow.ts';
import { mapExamples } from './run-model.ts';
import { freshWeights, weightFeeds } from './weights.ts';

const seed = stream(4);

/** Weights far from those at the start; without couplings the flow is affine. */
function weightsOf(model: ReturnType<typeof createNormalizingFlow>, couplings: boolean, by = 0.25): Weights {
  const fresh = freshWeights(model, seed.child('init'));
  const parameters = Object.fromEntries(
    Object.entries(fresh.parameters).map(([name, values]) => {
      if (name.includes('coupling') && !(couplings && name.includes('coupling/2'))) return [name, values];
      const shifts = seed.child(name).normals(values.length);
      return [name, values.map((v, i) => v + (name.includes('/norm/') ? by / 5 : by) * shifts[i]!)];
    }),
  );
  return { parameters, state: {} };
}

/** Determinant's logarithm by elimination with pivots. */
function logDeterminant(rows: number[][]): number {
  const a = rows.map((row) => [...row]);
  let total = 0;
  for (let k = 0; k < a.length; k++) {
    const pivot = a
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(a[best]![k]!) ? k + i : best), k);
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    total += Math.log(Math.abs(a[k]![k]!));
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j < a.length; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  return total;
}

describe('on real values', () => {
  const image: [number, number, number] = [2, 4, 4];
  const size = 32;
  const model = createNormalizingFlow({ image, scales: 2, depth: 2, hidden: 6, likelihood: 'density' });
  const context = createContext(model, { batchSize: 'n' });
  const density = model.likelihood!.logWeights(context, 1);
  const latent = model.encode!(context);
  const z = input('z', ['n', size]);
  const back = reshape((model.sampler as LatentSampler).decode(context, z), ['n', size]);
  const at = (weights: Weights, x: ArrayLike<number>) => {
    const feeds = { ...weightFeeds(weights), [inputNames.field('x')]: x };
    const binding = { n: x.length / size };
    const [logs, codes] = evaluateTensors([density, latent], feeds, binding);
    return { logs: logs!.data, codes: codes!.data };
  };
  const points = (count: number) => seed.child('x').uniforms(count * size) as Float64Array;

  test.each([false, true])('inverse(forward(x)) is x (couplings: %s)', (couplings) => {
    const weights = weightsOf(model, couplings);
    const x = points(5);
    const { codes } = at(weights, x);
    const [found] = evaluateTensors([back], { ...weightFeeds(weights), z: codes }, { n: 5 });
    found!.data.forEach((v, i) => {
      expect(Math.abs(v - x[i]!)).toBeLessThan(1e-9);
    });
  });

  test('log-density is that of the latent vector plus the logarithm of the Jacobian by differences', () => {
    const weights = weightsOf(model, true);
    const x = points(1);
    const h = 1e-5;
    const moved = (j: number, by: number) => x.map((v, i) => (i === j ? v + by : v));
    const columns = Array.from({ length: size }, (_, j) => {
      const [up, down] = [at(weights, moved(j, h)).codes, at(weights, moved(j, -h)).codes];
      return Array.from(up, (v, i) => (v - down[i]!) / (2 * h));
    });
    const { logs, codes } = at(weights, x);
    const prior = Array.from(codes).reduce((s, v) => s - 0.5 * (v * v + Math.log(2 * Math.PI)), 0);
    expect(logs[0]!).toBeCloseTo(prior + logDeterminant(columns), 5);
  });

  test('without couplings it is the normal density with the covariance of its map', () => {
    const weights = weightsOf(model, false);
    // z = A x + b, so that x is normal with mean -A^-1 b and covariance A^-1 A^-T, both from what latent vectors become.
    const none = new Float64Array(size);
    const [first, ...rest] = Array.from({ length: size + 1 }, (_, j) =>
      Float64Array.from({ length: size }, (__, i) => (j > 0 && i === j - 1 ? 1e-2 : 0)),
    );
    const decode = (vector: Float64Array) =>
      Array.from(evaluateTensors([back], { ...weightFeeds(weights), z: vector }, { n: 1 })[0]!.data);
    const mean = decode(first ?? none);
    const columns = rest.map((vector) => decode(vector).map((v, i) => (v - mean[i]!) / 1e-2));
    const covariance = matrix(
      size,
      size,
      Array.from({ length: size * size }, (_, k) => {
        const [p, q] = [Math.floor(k / size), k % size];
        return columns.reduce((s, column) => s + column[p]! * column[q]!, 0);
      }),
    );
    const x = Float64Array.from(points(3), (v) => 0.5 + 0.2 * (v - 0.5));
    const { logs } = at(weights, x);
    // Decoded values are cut off at 0 and 1, which none of these reach.
    expect(mean.every((v) => v > 0.05 && v < 0.95)).toBe(true);
    for (let i = 0; i < 3; i++) {
      const own = choleskyLogDensity(x.subarray(i * size, (i + 1) * size), 1, mean, covariance);
      expect(logs[i]!).toBeCloseTo(own, 4);
    }
  });
});

test('in the engine samples are mapped back to their latent vectors within 1e-4', async () => {
  const model = createNormalizingFlow({
    image: [1, 8, 8],
    scales: 2,
    depth: 4,
    hidden: 16,
    likelihood: 'density',
  });
  const weights = weightsOf(model, true, 0.15);
  const count = 6;
  const x = seed.child('images').uniforms(count * 64, new Float32Array(count * 64)) as Float32Array;
  const table = { count, fields: { x: { shape: [1, 8, 8], data: x } } };
  const back = await mapExamples(
    model,
    weights,
    table,
    (context) => (model.sampler as LatentSampler).decode(context, model.encode!(context)),
    seed,
    { batchSize: 4, threads: 1, device: 'cpu' },
  );
  back.data.forEach((v, i) => {
    expect(Math.abs(v - x[i]!)).toBeLessThan(1e-4);
  });
});

test('a fresh flow of two levels gives the dequantised density of a normal vector; samples are levels', async () => {
  const model = createNormalizingFlow({
    image: [1, 2, 2],
    scales: 1,
    depth: 1,
    hidden: 2,
    likelihood: 'binary',
  });
  const weights = freshWeights(model, seed);
  const context = createContext(model, { batchSize: 1 });
  const logWeights = model.likelihood!.logWeights(context, 2000);
  const draws = noiseFeeds(context.noises);
  draws.drawFor(seed, [0]);
  const x = [0, 1, 1, 0];
  const feeds = { ...weightFeeds(weights), ...draws.feeds, [inputNames.field('x')]: x };
  const found = evaluateTensors([logWeights], feeds)[0]!.data;
  const probability = Array.from(found).reduce((s, v) => s + Math.exp(v), 0) / found.length;
  // y = (k + u) / 2 - 1/2 is normal before training: by symmetry each value has half of the mass from -1/2 to 1/2.
  const half = 0.3829249225480262 / 2;
  expect(Math.log(probability)).toBeCloseTo(4 * Math.log(half), 2);
  const sampler = model.sampler as LatentSampler;
  const samples = evaluateTensors([sampler.decode(context, input('z', [1, 4]))], {
    ...weightFeeds(weights),
    z: [-0.4, -0.1, 0.1, 0.4],
  })[0]!.data;
  expect([...samples].sort()).toEqual([0, 0, 1, 1]);
});

test('parameters are counted without those that the triangles of a mixing mask', () => {
  const model = createNormalizingFlow({ image: [1, 4, 4], scales: 1, depth: 1, hidden: 2 });
  // Scale and shift of 4 channels, a mixing of 4 x 4, and convolutions of 3x3, 1x1, 3x3 from 2 channels to 2, 2 and 4.
  const wanted = 8 + 16 + (2 * 2 * 9 + 2) + (2 * 2 + 2) + (2 * 4 * 9 + 4);
  expect(countParameters(model.parameters)).toBe(wanted);
  // What is not counted has no effect.
  const weights = weightsOf(model, true);
  const spoilt = Object.fromEntries(
    Object.entries(weights.parameters).map(([name, values]) => {
      const masked = (i: number) =>
        (name.endsWith('/lower') && Math.floor(i / 4) <= i % 4) ||
        (name.endsWith('/upper') && Math.floor(i / 4) >= i % 4);
      return [name, values.map((v, i) => (masked(i) ? v + 5 : v))];
    }),
  );
  const codes = (parameters: Weights['parameters']) => {
    const x = Float64Array.from(seed.child('x').uniforms(16));
    const context = createContext(model, { batchSize: 1 });
    const feeds = { ...weightFeeds({ parameters, state: {} }), [inputNames.field('x')]: x };
    return [...evaluateTensors([model.encode!(context)], feeds)[0]!.data];
  };
  expect(codes(spoilt)).toEqual(codes(weights.parameters));
});
