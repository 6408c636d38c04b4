/** Values that can be worked out by hand. */
import { expect, test } from 'vitest';
import { type Matrix, matrix, matrixFromRows } from '../numeric/matrix.ts';
import { stream } from '../random.ts';
import { applyMetric, metricContext } from './apply-metric.ts';
import { metrics } from './index.ts';

const normal = (name: string, rows: number, columns: number) =>
  matrix(
    rows,
    columns,
    stream(8)
      .child(name)
      .normals(rows * columns),
  );
const moved = (x: Matrix, f: (value: number) => number) => matrix(x.rows, x.columns, x.data.map(f));
const line = (...values: number[]) => matrix(values.length, 1, values);

test('fid: a shift adds its squared length, a scale its effect on standard deviations', () => {
  const real = normal('real', 400, 4);
  const shifted = moved(real, (value) => value + 2);
  expect(applyMetric(metrics.fid, { real, generated: shifted }).value).toBeCloseTo(16, 10);
  const one = normal('one', 50, 1);
  const { value, extras } = applyMetric(metrics.fid, { real: one, generated: moved(one, (x) => 3 * x) });
  const variance = extras!.covariance_term! / 4;
  const centre = one.data.reduce((sum, x) => sum + x, 0) / 50;
  const expected = one.data.reduce((sum, x) => sum + (x - centre) ** 2, 0) / 49;
  expect(variance).toBeCloseTo(expected, 12);
  expect(value).toBeCloseTo(4 * expected + 4 * centre ** 2, 12);
});

test('fid refuses few items and warns of a small sample', () => {
  const run = (n: number, options = {}) =>
    applyMetric(metrics.fid, { real: normal('a', n, 8), generated: normal('b', 200, 8) }, options);
  expect(() => run(8)).toThrow(/8 items are too few for 8 dimensions/);
  expect(run(8, { small_sample: 'allow' }).warnings![0]).toMatch(/singular/);
  expect(run(20).warnings![0]).toMatch(/biased upwards/);
  expect(run(200).warnings).toEqual([]);
});

test('kid: two points against two on a line, with the linear kernel', () => {
  const run = () =>
    applyMetric(metrics.kid, { real: line(1, 2), generated: line(3, 5) }, { degree: 1, gamma: 1, coef0: 0 });
  // 1*2 + 3*5 - 2 (1*3 + 1*5 + 2*3 + 2*5) / 4.
  expect(run().value).toBe(2 + 15 - 12);
});

test('kid over subsets of all items equals kid over all items', () => {
  const sets = { real: normal('x', 30, 3), generated: normal('y', 30, 3) };
  const whole = applyMetric(metrics.kid, sets).value;
  const { value, extras } = applyMetric(metrics.kid, sets, { subsets: 4, subset_size: 30 });
  expect(value).toBeCloseTo(whole, 12);
  expect(extras!.std).toBeCloseTo(0, 12);
  expect(() => applyMetric(metrics.kid, sets, { subsets: 2, subset_size: 31 })).toThrow(/at most .* 30/);
});

test('precision, recall, density and coverage on a line, with and without the surface', () => {
  // For k = 1 the radii are 1, 1 and 4 around the real points 0, 1 and 5, and 7 around the generated points 2 and 9.
  const sets = { real: line(0, 1, 5), generated: line(2, 9) };
  const context = metricContext();
  const all = (surface: 'inside' | 'outside') =>
    (['precision', 'recall', 'density', 'coverage'] as const).map(
      (name) => applyMetric(metrics[name], sets, { k: 1, surface }, context).value,
    );
  // 2 lies inside the ball of 5 (distance 3 < 4) and on the surface of that of 1; 9 on the surface of that of 5.
  expect(all('outside')).toEqual([1 / 2, 1, 1 / 2, 1 / 3]);
  expect(all('inside')).toEqual([1, 1, 3 / 2, 2 / 3]);
  // The same context with other inputs gives their values, not the earlier ones.
  expect(
    applyMetric(metrics.precision, { real: line(0, 1, 5), generated: line(50, 90) }, { k: 1 }, context).value,
  ).toBe(0);
});

test('authpct: a copy, a near copy and a new point', () => {
  const train = line(0, 10, 11, 30);
  const generated = line(10, 0.5, 20);
  const { value, perItem, extras } = applyMetric(metrics.authpct, { train, generated });
  // 10 is a copy; 0.5 is nearer to 0 than 10 is; 20 is 9 from 11, whose neighbour is 1 away.
  expect(value).toBeCloseTo(100 / 3, 12);
  expect([...perItem!.nearest_train!]).toEqual([1, 0, 2]);
  expect([...perItem!.nearest_train_distance!]).toEqual([0, 0.5, 9]);
  expect(extras!.copies).toBe(1);
});

test('authpct: training examples that occur three times are their own neighbours at distance 0', () => {
  const { perItem } = applyMetric(metrics.authpct, { train: line(4, 4, 4, 9), generated: line(4, 5) });
  expect([...perItem!.authentic!]).toEqual([0, 1]);
});

test('nll: the bound of equal weights, its gap, and what k must divide', () => {
  const logWeights = matrixFromRows([
    [Math.log(1), Math.log(3)],
    [Math.log(2), Math.log(2)],
  ]);
  const { value, extras, kind } = applyMetric(metrics.nll, { logWeights });
  expect(value).toBeCloseTo(-Math.log(2), 12);
  expect(kind).toBe('bound with k = 2');
  expect(extras!.gap_to_elbo).toBeCloseTo(Math.log(2) - (Math.log(3) + 2 * Math.log(2)) / 4, 12);
  expect(extras!.effective_sample_size_min).toBeCloseTo(16 / 10, 12);
  expect(() => applyMetric(metrics.nll, { logWeights: matrix(1, 4) }, { k: 3 })).toThrow(/divisor of the 4/);
  expect(() => applyMetric(metrics.nll, {})).toThrow(/exactly one/);
  const exact = { logLikelihood: Float64Array.of(-1, -3) };
  expect(applyMetric(metrics.nll, exact)).toMatchObject({ value: 2, kind: 'exact', standardError: 1 });
  expect(() => applyMetric(metrics.nll, exact, { k: 5 })).toThrow(/no importance samples/);
});

test('nll warns where single samples carry the bound', () => {
  const logWeights = matrix(
    3,
    10,
    Float64Array.from({ length: 30 }, (_, i) => (i % 10 === 0 ? 0 : -50)),
  );
  expect(applyMetric(metrics.nll, { logWeights }).warnings![0]).toMatch(/effective sample size 1\.00 of 10/);
});

test('likelihoods of text: a uniform model over 8 tokens that spell 2 bytes each', () => {
  const tokenLogProbs = new Float64Array(10).fill(-Math.log(8));
  expect(applyMetric(metrics.perplexity, { tokenLogProbs }).value).toBeCloseTo(8, 12);
  expect(applyMetric(metrics.bits_per_token, { tokenLogProbs }).value).toBeCloseTo(3, 12);
  const bytes = Float64Array.of(12, 8);
  expect(applyMetric(metrics.bits_per_byte, { tokenLogProbs, bytes }).value).toBeCloseTo(1.5, 12);
  expect(() => applyMetric(metrics.bits_per_byte, { tokenLogProbs, bytes: Float64Array.of(0) })).toThrow(
    /are 0/,
  );
});

test('bits per dimension: ln 2 nats for each of 5 dimensions is one bit, and 8 more for bytes scaled to [0, 1]', () => {
  const logLikelihood = Float64Array.of(-5 * Math.LN2);
  const run = (options: { dimensions: number; levels?: number }) =>
    applyMetric(metrics.bits_per_dim, { logLikelihood }, options).value;
  expect(run({ dimensions: 5 })).toBeCloseTo(1, 12);
  expect(run({ dimensions: 5, levels: 256 })).toBeCloseTo(9, 12);
});

test('n-grams: counts of a short corpus', () => {
  const generated = [
    ['a', 'b', 'a', 'b'],
    ['a', 'c'],
  ];
  // ab, ba, ab, ac.
  const distinct = applyMetric(metrics.distinct_n, { generated });
  expect(distinct.value).toBe(3 / 4);
  expect(distinct.extras!.mean_per_sequence).toBeCloseTo((2 / 3 + 1) / 2, 12);
  expect(applyMetric(metrics.repetition_n, { generated }, { n: 2 }).value).toBeCloseTo(1 / 6, 12);
  expect(applyMetric(metrics.ngram_entropy, { generated }).value).toBeCloseTo(1.5 * Math.LN2, 12);
  expect(() => applyMetric(metrics.distinct_n, { generated }, { n: 5 })).toThrow(/no sequence has 5 tokens/);
});

test('recognised: share at or above the threshold, with that of real examples beside it', () => {
  const probabilities = matrix(4, 2, [1, 0, 0.5, 0.5, 0.3, 0.7, 0.375, 0.625]);
  expect(applyMetric(metrics.recognised, { probabilities })).toEqual({ value: 1, standardError: 0 });
  const result = applyMetric(
    metrics.recognised,
    { probabilities, real: matrix(2, 2, [0, 1, 0.25, 0.75]) },
    { threshold: 0.625 },
  );
  expect(result).toEqual({
    value: 0.75,
    standardError: Math.sqrt((0.75 * 0.25) / 4),
    extras: { real: 1, gap: 0.25 },
  });
  const withoutFirst = { threshold: 0.625, no_class: 0 };
  expect(applyMetric(metrics.recognised, { probabilities }, withoutFirst).value).toBe(0.5);
  expect(() => applyMetric(metrics.recognised, { probabilities }, { no_class: 2 })).toThrow(
    /from 0 to 1: there are 2 columns/,
  );
  expect(() => applyMetric(metrics.recognised, { probabilities: matrix(1, 2, [3, -1]) })).toThrow(
    'no distribution',
  );
  expect(() => applyMetric(metrics.recognised, { probabilities }, { threshold: 1.5 })).toThrow(
    'a probability above 0, at most 1',
  );
});

test('inception score: sure and balanced gives the number of classes', () => {
  const probabilities = matrixFromRows([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  expect(applyMetric(metrics.inception_score, { probabilities }).value).toBeCloseTo(3, 12);
  expect(() => applyMetric(metrics.inception_score, { probabilities: matrix(1, 2, [3, -1]) })).toThrow(
    /softmax/,
  );
});

test('vendi: orthogonal rows count one by one, copies as one', () => {
  const generated = matrixFromRows([
    [1, 0, 0],
    [0, 2, 0],
    [0, 0, 3],
    [0, 0, 4],
  ]);
  // Eigenvalues 1/4, 1/4, 1/2.
  expect(applyMetric(metrics.vendi, { generated }).value).toBeCloseTo(Math.exp(1.5 * Math.LN2), 12);
  expect(applyMetric(metrics.vendi, { generated }, { q: 'infinity' }).value).toBeCloseTo(2, 12);
  expect(() => applyMetric(metrics.vendi, { generated: matrix(2, 2) })).toThrow(/row 0 is zero/);
});

test('sliced Wasserstein: a shift on a line is its length, for sets of any sizes', () => {
  const real = line(0, 1, 2, 3);
  const run = (generated: Matrix, p: 1 | 2) =>
    applyMetric(metrics.sliced_wasserstein, { real, generated }, { p, directions: 3 }).value;
  expect(run(line(5, 6, 7, 8), 2)).toBeCloseTo(5, 12);
  expect(run(line(2, 2), 1)).toBeCloseTo((2 + 1 + 0 + 1) / 4, 12);
  expect(run(line(2), 2)).toBeCloseTo(Math.sqrt((4 + 1 + 0 + 1) / 4), 12);
});

test('images beyond the stated range are refused', () => {
  const images = {
    count: 1,
    channels: 1,
    height: 12,
    width: 12,
    data: new Float64Array(144).map((_, i) => i),
  };
  const pair = { real: images, reconstructed: images };
  expect(() => applyMetric(metrics.ssim, pair)).toThrow(/at least 143/);
  expect(applyMetric(metrics.ssim, pair, { data_range: 255 }).value).toBeCloseTo(1, 12);
  expect(() => applyMetric(metrics.ms_ssim, pair, { data_range: 255 })).toThrow(/too few for 5 scales/);
});
