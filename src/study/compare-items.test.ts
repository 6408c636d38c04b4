import { expect, test } from 'vitest';
import { compareItems, type ItemLikelihood } from './compare-items.ts';
import { samplingUnits } from './sampling-units.ts';

const model = (
  label: string,
  items: number[],
  more: object = {},
  units = samplingUnits({ count: items.length }, false),
): ItemLikelihood => ({
  label,
  items,
  units,
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
  expect(b!.sampled).toEqual({ noun: 'item', count: 4 });
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

test('items of one group count as one: what looks sure over items is not over groups', () => {
  const groups = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'c', 'c', 'c', 'c'];
  const units = samplingUnits({ count: 12, groups, groupNoun: 'typeface' }, false);
  // Differences of the groups: 3, 1, 0.2, with hardly any spread within.
  const shifts = [3, 1, 0.2].flatMap((shift) => [shift - 0.01, shift + 0.01, shift - 0.01, shift + 0.01]);
  const [base, moved] = [groups.map((_, i) => 10 * i), groups.map((_, i) => 10 * i + shifts[i]!)];
  const [over] = compareItems([model('x', base, {}, units), model('y', moved, {}, units)]);
  expect(over!.sampled).toEqual({ noun: 'typeface', count: 3 });
  expect(over!.verdict).toBe('no difference can be claimed');
  expect(over!.meanDifference).toBeCloseTo(1.4, 12);
  // t(0.975; 2) = 4.30265; the group means 3, 1, 0.2 have the standard deviation 1.4422.
  expect(over!.interval!.high).toBeCloseTo(1.4 + (4.30265 * 1.442221) / Math.sqrt(3), 3);
  expect(compareItems([model('x', base), model('y', moved)])[0]!.verdict).toBe('worse');
  // One group says nothing of others.
  const one = samplingUnits({ count: 12, groups: groups.map(() => 'a') }, false);
  const [alone] = compareItems([model('x', base, {}, one), model('y', moved, {}, one)]);
  expect(alone).toMatchObject({ interval: null, adjustedP: null, verdict: 'no difference can be claimed' });
});
