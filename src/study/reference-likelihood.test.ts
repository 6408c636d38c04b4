import { expect, test } from 'vitest';
import type { ExampleTable } from '../models/example-table.ts';
import type { EncodedSet } from './encoding.ts';
import { referenceLikelihood } from './reference-likelihood.ts';

const images = (...rows: number[][]): EncodedSet => ({
  table: {
    count: rows.length,
    fields: { x: { shape: [1, 1, rows[0]!.length], data: Float32Array.from(rows.flat()) } },
  } satisfies ExampleTable,
  representation: 'binary',
});

test('each pixel by itself, with one further count spread over its values', () => {
  // First pixel: 1 in 3 of 3, so (3 + 1/2) / 4; second: 1 in 1 of 3, so (1 + 1/2) / 4.
  const train = images([1, 0], [1, 1], [1, 0]);
  const found = referenceLikelihood(train, images([1, 1], [0, 0]), {
    kind: 'image',
    values: { binarise: 0.5 },
  });
  const nats = -(Math.log(3.5 / 4) + Math.log(1.5 / 4) + Math.log(0.5 / 4) + Math.log(2.5 / 4)) / 2;
  expect(found).toMatchObject({ metric: 'nll', value: expect.closeTo(nats, 12) });
});

test('levels have 256 values, densities no reference', () => {
  const train = images([0, 1]);
  const found = referenceLikelihood(train, images([0, 1]), { kind: 'image', values: 'levels' });
  expect(found?.value).toBeCloseTo(-2 * Math.log((1 + 1 / 256) / 2), 12);
  expect(referenceLikelihood(train, train, { kind: 'image', values: 'unit' })).toBeUndefined();
});
