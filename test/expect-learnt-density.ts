import { expect } from 'vitest';
import { drawImages } from '../src/models/draw-samples.ts';
import type { IterativeSampler, Model } from '../src/models/model.ts';
import { freshWeights } from '../src/models/weights.ts';
import { stream } from '../src/random.ts';
import { epochs } from '../src/training/batch-source.ts';
import { convergenceRule } from '../src/training/convergence.ts';
import { train } from '../src/training/train.ts';

/** A picture of two pixels. */
export const twoPixels = [2, 1, 1] as const;

/**
 * Trains a model of pictures of two pixels on a normal density, correlated and around 0.6 and 0.4, and compares the means,
 * deviations and covariance of samples with those of the data.
 */
export async function expectLearntDensity(model: Model, steps: number): Promise<void> {
  const n = 1024;
  const draws = stream(7).normals(2 * n) as Float64Array;
  const data = Float32Array.from({ length: 2 * n }, (_, i) =>
    i % 2 === 0 ? 0.6 + 0.1 * draws[i]! : 0.4 + 0.08 * draws[i - 1]! + 0.06 * draws[i]!,
  );
  const table = (count: number) => ({
    count,
    fields: { x: { shape: twoPixels, data: data.subarray(0, 2 * count) } },
  });
  const { weights } = await train({
    model,
    start: freshWeights(model, stream(8)),
    stages: [{ name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } }],
    source: epochs(table(n), 128, stream(9)),
    validation: table(256),
    steps,
    looks: 4,
    optimiser: 'adam',
    learningRate: 2e-3,
    schedule: 'cosine',
    convergence: convergenceRule.parse({}),
    keep: 'last',
    stream: stream(10),
    threads: 1,
    device: 'cpu',
    memoryLimit: 0,
  });
  const options = { count: 1000, batchSize: 1000, threads: 1, device: 'cpu' } as const;
  const samples = await drawImages(model, model.sampler as IterativeSampler, weights, stream(11), options);
  const [found, wanted] = [moments(samples.data), moments(data)];
  for (const i of [0, 1]) {
    expect(Math.abs(found.means[i]! - wanted.means[i]!)).toBeLessThan(0.02);
    expect(Math.abs(found.deviations[i]! - wanted.deviations[i]!)).toBeLessThan(0.02);
  }
  expect(Math.abs(found.covariance - wanted.covariance)).toBeLessThan(0.003);
}

/** Of pairs of numbers. */
function moments(values: Float32Array) {
  const columns = [0, 1].map((k) => Array.from(values).filter((_, j) => j % 2 === k));
  const means = columns.map((list) => list.reduce((a, b) => a + b, 0) / list.length);
  const product = (p: number, q: number) =>
    columns[p]!.reduce((s, v, i) => s + (v - means[p]!) * (columns[q]![i]! - means[q]!), 0) /
    columns[p]!.length;
  return { means, deviations: [product(0, 0), product(1, 1)].map(Math.sqrt), covariance: product(0, 1) };
}
