import { expect, test } from 'vitest';
import { compareItems, type ItemLikelihood } from './compare-items.ts';

const model = (label: string, items: number[], more: object = {}): ItemLikelihood => ({
  label,
  items,
  measurement: {
    metric: 'nll',
    on: 'target',
    split: 'test',
    value: items.reduce((a, b) => a + b, 0) / items.length,
    unit: 'nats/item',
    direction: 'lower',
    version: 1,
    real: items.length,
    representation: 'binary',
    ...more,
  },
});

test('paired t intervals over items, with the adjustment of all comparisons', () => {
  const [b, c] = compareItems([
    model('a', [10, 20, 30, 40]),
    model('b', [9, 18, 29, 38]),
    model('c', [11, 19, 31, 39]),
  ]);
  // Differences -1, -2, -1, -2: mean -1.5, standard error 1 / (2 sqrt 3); t(0.9875; 3) = 4.1765.
  expect(b).toMatchObject({ label: 'b', reference: 'a', items: 4, meanDifference: -1.5, verdict: 'better' });
  expect(b!.interval!.low).toBeCloseTo(-1.5 - 4.17653 / (2 * Math.sqrt(3)), 4);
  expect(c).toMatchObject({ meanDifference: 0, verdict: 'no difference can be claimed' });
});

test('texts are compared in bits per byte', () => {
  const text = { metric: 'bits_per_byte', unit: 'bits/byte', extras: { bytes: 20 } };
  const [found] = compareItems([model('a', [10, 20], text), model('b', [12, 26], text)]);
  expect(found!.meanDifference).toBeCloseTo(8 / (20 * Math.LN2), 12);
});

test('what is not on the scale of the first is left out', () => {
  const found = compareItems([
    model('a', [1, 2]),
    model('levels', [1, 3], { representation: '256 levels' }),
    model('other items', [1, 2, 3]),
    model('no likelihood', []),
  ]);
  expect(found).toEqual([]);
  expect(compareItems([])).toEqual([]);
});
