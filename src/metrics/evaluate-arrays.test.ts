import { expect, test } from 'vitest';
import { errorCode } from '../../test/error-code.ts';
import { computeMetric } from './evaluate-arrays.ts';

test('a measurement says all that makes it comparable', () => {
  const images = { shape: [12, 1, 2, 2], data: Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)) };
  const flat = { shape: [10, 4], data: Float64Array.from({ length: 40 }, (_, i) => Math.cos(3 * i)) };
  const measured = computeMetric('kid', { real: images, generated: flat }, { subsets: 3, subset_size: 5 });
  expect(measured).toMatchObject({
    metric: 'kid',
    direction: 'lower',
    version: 1,
    inputs: { real: { n: 12, shape: [12, 1, 2, 2] }, generated: { n: 10, shape: [10, 4] } },
    options: { subsets: 3, subset_size: 5, degree: 3, coef0: 1 },
    seed: 0,
  });
  const other = computeMetric(
    'kid',
    { real: images, generated: flat },
    { subsets: 3, subset_size: 5 },
    { seed: 1 },
  );
  expect(other.value).not.toBe(measured.value);
});

test('input names may be camel, kebab or snake case', () => {
  const weights = { shape: [3, 4], data: [-1, -2, -3, -4, -1, -1, -1, -1, -9, -8, -7, -6] };
  const { value } = computeMetric('nll', { logWeights: weights });
  expect(computeMetric('nll', { 'log-weights': weights }).value).toBe(value);
  expect(computeMetric('nll', { log_weights: weights }).value).toBe(value);
  expect(errorCode(() => computeMetric('nll', { logWeights: weights, log_weights: weights }))).toBe(
    'conflict',
  );
  expect(() => computeMetric('nll', { logWeight: weights })).toThrow(/Did you mean 'logWeights'/);
});

test('64-bit integers, padding and texts become tokens', () => {
  const ids = { shape: [2, 4], data: BigInt64Array.from([1n, 2n, 1n, 2n, 5n, 6n, -1n, -1n]) };
  // 1 2, 2 1, 1 2, 5 6: three distinct of four.
  expect(computeMetric('distinct_n', { generated: ids }).value).toBe(0.75);
  const texts = { texts: ['a b a b', ' c  d'], unit: 'word' } as const;
  const words = computeMetric('distinct_n', { generated: texts });
  expect(words.value).toBe(0.75);
  expect(words.inputs).toEqual({ generated: { n: 2, unit: 'word' } });
  expect(
    computeMetric('distinct_n', { generated: { texts: ['aa😀😀'], unit: 'character' } }, { n: 1 }).value,
  ).toBe(0.5);
});

test('arrays that cannot be what the metric needs are refused', () => {
  const one = { shape: [4], data: [1, 2, 3, 4] };
  expect(errorCode(() => computeMetric('distinct_n', { generated: one }))).toBe('shape-mismatch');
  expect(errorCode(() => computeMetric('nll', { logLikelihood: { texts: ['x'], unit: 'word' } }))).toBe(
    'bad-data',
  );
  expect(errorCode(() => computeMetric('nll', { logLikelihood: { shape: [], data: [1] } }))).toBe(
    'shape-mismatch',
  );
  const document = { shape: [4], data: [0, 0, 0.5, 1] };
  const tokenLogProbs = { shape: [4], data: [-1, -1, -1, -1] };
  expect(errorCode(() => computeMetric('perplexity', { tokenLogProbs, document }))).toBe('invalid-value');
  expect(
    errorCode(() =>
      computeMetric('perplexity', { tokenLogProbs, document: { shape: [3], data: [0, 0, 1] } }),
    ),
  ).toBe('shape-mismatch');
  expect(errorCode(() => computeMetric('perplexity', { tokenLogProbs: { shape: [1], data: [0.5] } }))).toBe(
    'invalid-value',
  );
});

test('options say what is allowed', () => {
  const set = { shape: [9, 2], data: Float64Array.from({ length: 18 }, (_, i) => Math.sin(i)) };
  const run = (options: Record<string, unknown>) => () =>
    computeMetric('precision', { real: set, generated: set }, options);
  expect(run({ k: 0 })).toThrow("option 'k' is 0 (precision); allowed: an integer from 1 on.");
  expect(run({ k: 2.5 })).toThrow(/an integer from 1 on/);
  expect(run({ surface: 'closed' })).toThrow(/one of outside, inside/);
  expect(run({ k: 9 })).toThrow(/9 items are too few for k = 9/);
  expect(() => computeMetric('bits_per_dim', { logLikelihood: set })).toThrow(/number of values in an item/);
});
