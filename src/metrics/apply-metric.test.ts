import { expect, test } from 'vitest';
import { z } from 'zod';
import { matrix } from '../numeric/matrix.ts';
import { applyMetric } from './apply-metric.ts';
import { metrics } from './index.ts';
import { defineMetric, type MetricResult } from './metric.ts';

const giving = (result: MetricResult) =>
  defineMetric({
    name: 'given',
    title: 'Given',
    summary: 'What it is told to give.',
    unit: 'none',
    direction: 'lower',
    range: [-Infinity, Infinity],
    version: 1,
    citations: [],
    needs: { values: { kind: 'values', what: 'numbers' } },
    options: z.object({}),
    compute: () => result,
  });

test.each<[string, MetricResult, RegExp]>([
  ['value', { value: Number.NaN }, /the value of given/],
  ['standard error', { value: 1, standardError: Number.NaN }, /the standard error of given/],
  ['extra', { value: 1, extras: { part: Infinity } }, /'part' of given/],
  ['item', { value: 1, perItem: { nll: Float64Array.of(1, -Infinity) } }, /'nll' of given.*entry 1/],
])('a %s that is not finite does not get out', (_, result, message) => {
  expect(() => applyMetric(giving(result), { values: Float64Array.of(1) })).toThrow(message);
});

test('ct_test is a distance from 0 and keeps the sign beside it: copies and far samples are both bad', () => {
  const line = (from: number, step: number) =>
    matrix(
      40,
      1,
      Float64Array.from({ length: 40 }, (_, i) => 10 * i + from + (i % 7) * step),
    );
  const train = line(0, 0);
  const test = line(1, 0.1);
  const of = (generated: typeof train) => applyMetric(metrics.ct_test, { train, test, generated });
  const copied = of(line(0.01, 0));
  const far = of(line(3, 0.1));
  const alike = of(line(-1, -0.1));
  expect(copied.extras!.c_t).toBeLessThan(-3);
  expect(far.extras!.c_t).toBeGreaterThan(3);
  for (const { value, extras } of [copied, far, alike]) expect(value).toBe(Math.abs(extras!.c_t!));
  expect(metrics.ct_test.direction).toBe('lower');
  expect(alike.value).toBeLessThan(1);
});
