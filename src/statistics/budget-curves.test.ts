import { describe, expect, test } from 'vitest';
import { isGraftError } from '../errors.ts';
import { stream } from '../random.ts';
import { compareBounded } from './bounded.ts';
import { type BudgetCurves, breakEvenBudget, dataEfficiency } from './budget-curves.ts';

const options = { stream: stream(5), resamples: 400 };
const budgets = [25, 100, 400];
/** Curves whose seeds differ by a common offset, so that paired differences do not vary. */
const curves = (
  technique: number[],
  reference: number[],
  direction: 'lower' | 'higher' = 'higher',
): BudgetCurves => ({
  budgets,
  technique: [0, 1, 5].map((offset) => technique.map((v) => v + offset)),
  reference: [0, 1, 5].map((offset) => reference.map((v) => v + offset)),
  direction,
});
const equal = (value: number) => ({ relation: 'equal', value: expect.closeTo(value, 8) });

describe('break-even budget', () => {
  test('is interpolated in the logarithm of the budget', () => {
    // Ahead by 1 at 100, behind by 1 at 400: half way in the logarithm.
    const result = breakEvenBudget(curves([3, 4, 5], [0, 3, 6]), options);
    expect(result.estimate).toEqual(equal(200));
    expect(result.interval).toEqual([equal(200), equal(200)]);
    expect(result.resampled).toMatchObject({
      interval: [equal(200), equal(200)],
      below: 0,
      within: 1,
      above: 0,
    });
  });

  test('the direction of the metric turns ahead into behind', () => {
    expect(breakEvenBudget(curves([3, 4, 5], [0, 3, 6], 'lower'), options).estimate).toEqual({
      relation: 'at least',
      value: 400,
    });
  });

  test('is a bound where it lies outside the budgets', () => {
    const ahead = breakEvenBudget(curves([3, 4, 5], [0, 1, 2]), options);
    expect(ahead.estimate).toEqual({ relation: 'at least', value: 400 });
    expect(ahead.interval).toEqual([ahead.estimate, ahead.estimate]);
    expect(ahead.resampled).toMatchObject({ below: 0, within: 0, above: 1 });
    const behind = breakEvenBudget(curves([0, 1, 2], [3, 4, 5]), options);
    expect(behind.estimate).toEqual({ relation: 'below', value: 25 });
    expect(behind.interval).toEqual([behind.estimate, behind.estimate]);
  });

  test('of several crossings the last fall counts', () => {
    const result = breakEvenBudget(
      {
        budgets: [1, 10, 100, 1000],
        technique: [[1, -1, 1, -1]],
        reference: [[0, 0, 0, 0]],
        direction: 'higher',
      },
      options,
    );
    expect(result.estimate).toEqual(equal(10 ** 2.5));
    expect(result).toMatchObject({ interval: null, resampled: null });
  });

  test('equal curves break even at the smallest budget', () => {
    expect(breakEvenBudget(curves([1, 2, 3], [1, 2, 3]), options).estimate).toEqual(equal(25));
  });
});

describe('data-efficiency factor', () => {
  test('compares budgets of equal quality', () => {
    // The reference has 6 at 400; the technique has 6 half way between 25 and 100, at 50.
    expect(dataEfficiency(curves([4, 8, 9], [0, 3, 6]), options).estimate).toEqual(equal(8));
    expect(dataEfficiency(curves([4, 8, 9], [0, 6, 7]), { ...options, atBudget: 100 }).estimate).toEqual(
      equal(2),
    );
  });

  test('is a bound where the quality is not within the budgets', () => {
    expect(dataEfficiency(curves([7, 8, 9], [0, 3, 6]), options).estimate).toEqual({
      relation: 'at least',
      value: 16,
    });
    expect(dataEfficiency(curves([0, 1, 2], [0, 3, 6]), options).estimate).toEqual({
      relation: 'below',
      value: 1,
    });
  });

  test('first reach counts where the curve falls again', () => {
    expect(dataEfficiency(curves([4, 8, 5], [0, 3, 6]), options).estimate).toEqual(equal(8));
  });

  test('a budget that is not there is answered with those that are', () => {
    expect(() => dataEfficiency(curves([4, 8, 9], [0, 3, 6]), { ...options, atBudget: 50 })).toThrow(
      /25, 100, 400/,
    );
  });
});

test('intervals agree with the paired t interval at each budget', () => {
  // One seed is far off: ahead on average, but not surely.
  const technique = [
    [5, 5, 1],
    [4, 6, 2],
    [1, 4, 1],
  ];
  const reference = technique.map(() => [0, 3, 3]);
  const result = breakEvenBudget({ budgets, technique, reference, direction: 'higher' }, options);
  expect(result.estimate.relation).toBe('equal');
  expect(result.interval![0]).toEqual({ relation: 'below', value: 25 });
  expect(compareBounded(result.interval![1], result.estimate)).toBeGreaterThan(0);
});

test('the t interval misses the true break-even budget and factor in about 5 % of studies', () => {
  const grid = [25, 100, 400, 1600];
  const studies = 400;
  for (const seeds of [3, 10]) {
    const misses = [0, 0];
    for (let i = 0; i < studies; i++) {
      const z = stream(9)
        .child(i)
        .normals(seeds * 9);
      const rows = (start: number, slope: number, at: number) =>
        Array.from({ length: seeds }, (_, s) =>
          grid.map((_, j) => start + slope * j + 0.5 * z[s * 9 + at + j]! + z[s * 9 + 8]!),
        );
      // The means cross at 25 * 4^(1 / 0.7); the technique has the reference's quality at 100 with 25 * 4^0.4.
      const study = {
        budgets: grid,
        technique: rows(2, 0.5, 0),
        reference: rows(1, 1.2, 4),
        direction: 'higher',
      } as const;
      const few = { stream: stream(1), resamples: 1 };
      const figures = [
        [breakEvenBudget(study, few), 25 * 4 ** (1 / 0.7)],
        [dataEfficiency(study, { ...few, atBudget: 100 }), 100 / (25 * 4 ** 0.4)],
      ] as const;
      figures.forEach(([figure, value], k) => {
        const truth = { relation: 'equal', value } as const;
        const [low, high] = figure.interval!;
        if (compareBounded(low, truth) > 0 || compareBounded(high, truth) < 0) misses[k]!++;
      });
    }
    for (const count of misses) {
      expect(count / studies).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / studies));
      expect(count / studies).toBeGreaterThan(0.015);
    }
  }
});

test('bad input is answered with coded errors', () => {
  const good = curves([1, 2, 3], [1, 2, 3]);
  const codes = [
    { ...good, budgets: [100, 25, 400] },
    { ...good, budgets: [0, 25, 400] },
    { ...good, budgets: [25, 100] },
    { ...good, technique: [] },
    { ...good, technique: good.technique.slice(1) },
    { ...good, technique: [[1, Number.NaN, 2], ...good.technique.slice(1)] },
  ].map((bad) => {
    try {
      return breakEvenBudget(bad, options).estimate;
    } catch (error) {
      return isGraftError(error) ? error.code : error;
    }
  });
  expect(codes).toEqual(['bad-data', 'bad-data', 'bad-data', 'bad-data', 'bad-data', 'not-finite']);
});
