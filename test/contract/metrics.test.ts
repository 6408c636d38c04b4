/** What every metric must do, whatever it measures. */
import { describe, expect, test } from 'vitest';
import { GraftError } from '../../src/errors.ts';
import { resolveOptions } from '../../src/metrics/apply-metric.ts';
import { type ArrayInput, computeMetric, type NumberArray } from '../../src/metrics/evaluate-arrays.ts';
import { type MetricName, metrics } from '../../src/metrics/index.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { stream } from '../../src/random.ts';
import { expectClose } from '../expect-close.ts';
import { concatenateArrays } from './concatenate-arrays.ts';
import { metricCases } from './metric-cases.ts';

const names = Object.keys(metrics) as MetricName[];

describe.each(names)('%s', (name) => {
  const metric = metrics[name] as unknown as Metric;
  const { options = {}, good, worse, identical, reorder } = metricCases[name];
  const compute = (arrays: Readonly<Record<string, ArrayInput>>) => computeMetric(name, arrays, options);
  const better = (a: number, b: number) => (metric.direction === 'higher' ? a - b : b - a);
  const failure = (arrays: Readonly<Record<string, ArrayInput>>, given = options) => {
    try {
      computeMetric(name, arrays, given);
    } catch (error) {
      if (error instanceof GraftError) return error.code;
      throw error;
    }
    return 'no error';
  };
  const numeric = Object.entries(good).filter((entry): entry is [string, NumberArray] => 'data' in entry[1]);

  test('says what it is', () => {
    expect(metric.name).toBe(name);
    for (const words of [metric.title, metric.summary, metric.unit]) expect(words).not.toBe('');
    expect(metric.version).toBeGreaterThanOrEqual(1);
    expect(metric.range[0]).toBeLessThan(metric.range[1]);
    for (const citation of metric.citations) {
      expect(citation.key).toMatch(/^[a-z]+\d{4}[a-z]+$/);
      expect(citation.key).toContain(String(citation.year));
    }
    for (const option of Object.values(metric.options.shape))
      expect((option as { description?: string }).description).toBeTruthy();
  });

  test('its resolved options survive JSON and resolve to themselves', () => {
    const resolved = resolveOptions(metric, options);
    expect(resolveOptions(metric, JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
  });

  test('gives a value in its range, the same each time, and leaves its inputs alone', () => {
    const before = JSON.stringify(good);
    const first = compute(good);
    expect(first.value).toBeGreaterThanOrEqual(metric.range[0]);
    expect(first.value).toBeLessThanOrEqual(metric.range[1]);
    expect(compute(good)).toEqual(first);
    expect(JSON.stringify(good)).toBe(before);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  });

  test('a worse set scores worse', () => {
    expect(better(compute(good).value, compute(worse).value)).toBeGreaterThan(0);
  });

  test.skipIf(typeof identical === 'string')('identical sets score best', () => {
    if (typeof identical === 'string') return;
    const { value } = compute(identical.inputs);
    expectClose(value, identical.value, { absolute: identical.tolerance ?? 1e-6 });
    expect(better(value, compute(good).value)).toBeGreaterThanOrEqual(0);
  });

  test.skipIf(typeof reorder === 'string')('does not depend on the order of items', () => {
    if (typeof reorder === 'string') return;
    const { value } = compute(good);
    for (const group of reorder) {
      const shuffled = { ...good };
      for (const input of group) shuffled[input] = reordered(good[input]!);
      expectClose(compute(shuffled).value, value, { relative: 1e-9, absolute: 1e-12 });
    }
  });

  test('does not depend on the batches in which its inputs were collected, nor on their number type', () => {
    const { value } = compute(good);
    for (const size of [1, 7, 64]) {
      const joined: Record<string, ArrayInput> = { ...good };
      for (const [input, array] of numeric) joined[input] = concatenateArrays(inChunks(array, size));
      expect(compute(joined).value).toBe(value);
    }
    const single: Record<string, ArrayInput> = { ...good };
    const back: Record<string, ArrayInput> = { ...good };
    for (const [input, { shape, data }] of numeric) {
      const narrow = Float32Array.from(data as ArrayLike<number>);
      single[input] = { shape, data: narrow };
      back[input] = { shape, data: Float64Array.from(narrow) };
    }
    expect(compute(single).value).toBe(compute(back).value);
  });

  test('refuses NaN and infinite numbers', () => {
    for (const [input, { shape, data }] of numeric)
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const spoilt = Float64Array.from(data as ArrayLike<number>);
        spoilt[3] = bad;
        // A negative token id is padding, and -Infinity is as negative as any.
        if (metric.needs[input]!.kind === 'sequences' && bad < 0) continue;
        expect(failure({ ...good, [input]: { shape, data: spoilt } })).toBe(
          metric.needs[input]!.kind === 'labels' ? 'invalid-value' : 'not-finite',
        );
      }
  });

  test('refuses empty, missing and unknown inputs', () => {
    for (const [input, array] of numeric) {
      expect(failure({ ...good, [input]: { shape: [0, ...array.shape.slice(1)], data: [] } })).toBe(
        'bad-data',
      );
      const { [input]: _, ...others } = good;
      expect(failure(others)).toBe('bad-data');
      expect(failure({ ...good, [input]: { shape: [array.data.length + 1], data: array.data } })).toBe(
        'shape-mismatch',
      );
    }
    expect(failure({ ...good, nonsense: good[Object.keys(good)[0]!]! })).toBe('unknown-name');
  });

  test('refuses unknown options and sets of different width', () => {
    expect(failure(good, { ...options, nonsense: 1 })).toBe('unknown-name');
    for (const [input, need] of Object.entries(metric.needs)) {
      const array = good[input];
      if (need.sameSizeAs === undefined || array === undefined || !('data' in array)) continue;
      const [n, ...rest] = array.shape as [number, ...number[]];
      const kept = Float64Array.from(array.data as ArrayLike<number>);
      const narrower = rest.map((size, i) => (i === rest.length - 1 ? size - 1 : size));
      const size = narrower.reduce((product, value) => product * value, n);
      expect(failure({ ...good, [input]: { shape: [n, ...narrower], data: kept.subarray(0, size) } })).toBe(
        'shape-mismatch',
      );
    }
  });
});

test('an unknown metric is answered with the nearest name', () => {
  expect(() => computeMetric('fdi', {})).toThrow(/Did you mean 'fid'/);
});

/** The items of an array in another, fixed order. */
function reordered(array: ArrayInput): ArrayInput {
  if ('texts' in array) return { ...array, texts: [...array.texts].reverse() };
  const n = array.shape[0]!;
  const width = array.data.length / n;
  const order = stream(5).permutation(n);
  const data = new Float64Array(array.data.length);
  order.forEach((from, to) => {
    for (let j = 0; j < width; j++) data[to * width + j] = Number(array.data[from * width + j]);
  });
  return { shape: array.shape, data };
}

function inChunks(array: NumberArray, size: number): NumberArray[] {
  const [n, ...rest] = array.shape as [number, ...number[]];
  const width = array.data.length / n;
  const data = Float64Array.from(array.data as ArrayLike<number>);
  return Array.from({ length: Math.ceil(n / size) }, (_, i) => {
    const end = Math.min(n, (i + 1) * size);
    return { shape: [end - i * size, ...rest], data: data.subarray(i * size * width, end * width) };
  });
}
