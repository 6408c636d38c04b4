import { expect, test } from 'vitest';
import type { Measurement } from './measurement.ts';
import { overGroups } from './over-groups.ts';
import { samplingUnits, unitsText, unitValues } from './sampling-units.ts';

test('groups of items, blocks of running text, documents where there are enough, else items', () => {
  const groups = ['b', 'a', 'b'];
  expect(samplingUnits({ count: 3, groups }, false)).toEqual({ noun: 'group', count: 2, of: [0, 1, 0] });
  expect(samplingUnits({ count: 3 }, false)).toEqual({ noun: 'item', count: 3, of: [0, 1, 2] });
  const blocks = samplingUnits({ count: 203 }, true);
  expect(unitsText(blocks)).toBe('20 blocks of neighbouring windows');
  expect(blocks.of).toEqual([...blocks.of].sort((a, b) => a - b));
  const sizes = Array.from({ length: 20 }, (_, block) => blocks.of.filter((b) => b === block).length);
  expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([10, 11]);
  expect(samplingUnits({ count: 23 }, true).count).toBe(4);
  expect(samplingUnits({ count: 3 }, true).count).toBe(1);
  const files = (n: number) => ({
    count: 30,
    groups: Array.from({ length: 30 }, (_, i) => `${i % n}`),
    groupNoun: 'file',
  });
  expect(unitsText(samplingUnits(files(10), true))).toBe('10 files');
  expect(unitsText(samplingUnits(files(9), true))).toBe('6 blocks of neighbouring windows');
});

test('values of units have the mean over items, and are group means where groups are equal', () => {
  const equal = samplingUnits({ count: 4, groups: ['a', 'a', 'b', 'b'] }, false);
  expect([...unitValues([1, 3, 5, 9], equal)]).toEqual([2, 7]);
  const unequal = samplingUnits({ count: 4, groups: ['a', 'b', 'b', 'b'] }, false);
  const values = unitValues([1, 3, 5, 9], unequal);
  expect((values[0]! + values[1]!) / 2).toBeCloseTo(4.5, 12);
});

test('standard errors are taken over groups where there are any, in the unit of the measurement', () => {
  const m = (standardError: number, more: Partial<Measurement> = {}): Measurement => ({
    metric: 'nll',
    on: 'target',
    split: 'test',
    value: 4.5,
    unit: 'nats/item',
    direction: 'lower',
    version: 1,
    standardError,
    ...more,
  });
  const costs = Float64Array.of(1, 3, 5, 9);
  const items = Math.sqrt(35 / 3) / 2;
  const set = { count: 4, groups: ['a', 'a', 'b', 'b'], groupNoun: 'typeface' };
  const where = { on: 'target', split: 'test', costs };
  const [nll, scaled, samples] = overGroups(
    [m(items), m(items / 10, { metric: 'bits_per_dim' }), m(0.1, { generated: 9 })],
    [{ ...where, set }],
  );
  expect(nll).toMatchObject({ standardErrorOver: '2 typefaces' });
  // Group means 2 and 7.
  expect(nll!.standardError).toBeCloseTo(2.5, 12);
  expect(scaled!.standardError).toBeCloseTo(0.25, 12);
  expect(samples).toEqual(m(0.1, { generated: 9 }));
  const one = overGroups([m(items)], [{ ...where, set: { count: 4, groups: ['a', 'a', 'a', 'a'] } }]);
  expect(one[0]).not.toHaveProperty('standardError');
  expect(overGroups([m(items)], [{ ...where, set: { count: 4 } }])).toEqual([m(items)]);
});
