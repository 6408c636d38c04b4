import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGraftError } from '../errors.ts';
import { stream } from '../random.ts';
import { type BudgetPool, drawBudget, largestBudget, validationCount } from './budget.ts';

const pools = fc.oneof(
  fc.integer({ min: 6, max: 400 }).map((count): BudgetPool => ({ count })),
  fc
    .array(fc.integer({ min: 0, max: 12 }), { minLength: 6, maxLength: 400 })
    .map((groups): BudgetPool => ({ count: groups.length, groups: groups.map((g) => `typeface ${g}`) })),
);

describe('drawBudget', () => {
  test('80/20, at least 5 for validation, no item twice, all within the pool', () => {
    fc.assert(
      fc.property(pools, fc.nat(), fc.integer({ min: 6, max: 400 }), (pool, seed, wanted) => {
        const random = stream(seed);
        const n = Math.min(wanted, largestBudget(pool, random));
        fc.pre(n >= 6);
        const { train, validation } = drawBudget(pool, n, random);
        expect(validation.length).toBe(Math.max(5, Math.floor(n / 5)));
        expect(train.length).toBe(n - validation.length);
        const all = [...train, ...validation];
        expect(new Set(all).size).toBe(n);
        expect(all.every((i) => i >= 0 && i < pool.count)).toBe(true);
      }),
    );
  });

  test('budgets are nested with their roles', () => {
    fc.assert(
      fc.property(pools, fc.nat(), fc.nat(400), fc.nat(400), (pool, seed, a, b) => {
        const random = stream(seed);
        const most = largestBudget(pool, random);
        fc.pre(most >= 6);
        const [small, large] = [a, b].map((x) => 6 + (x % (most - 5))).sort((x, y) => x - y);
        const inner = drawBudget(pool, small!, random);
        const outer = drawBudget(pool, large!, random);
        expect([...outer.train.slice(0, inner.train.length)]).toEqual([...inner.train]);
        expect([...outer.validation.slice(0, inner.validation.length)]).toEqual([...inner.validation]);
      }),
    );
  });

  test('a larger validation set leaves the training part as it is and takes the front of the same list', () => {
    const pool = { count: 200 };
    const plain = drawBudget(pool, 50, stream(3));
    const larger = drawBudget(pool, 50, stream(3), 30);
    expect(larger.train).toEqual(plain.train);
    expect(larger.validation).toHaveLength(30);
    expect(larger.validation.slice(0, 10)).toEqual(plain.validation);
    expect(drawBudget(pool, 50, stream(3), 4)).toEqual(plain);
    expect(() => drawBudget(pool, 50, stream(3), 41)).toThrow(
      'number of validation items is 41; allowed: at most 40, which the pool of 200 items has for validation',
    );
  });

  test('training and validation share no group where whole groups are held', () => {
    fc.assert(
      fc.property(pools, fc.nat(), (pool, seed) => {
        const random = stream(seed);
        fc.pre(largestBudget(pool, random) >= 6);
        const { train, validation, separation } = drawBudget(pool, 'all', random);
        if (separation === 'item') return;
        const held = new Set([...validation].map((i) => pool.groups![i]!));
        expect([...train].some((i) => held.has(pool.groups![i]!))).toBe(false);
      }),
    );
  });

  test('without groups the whole pool is a budget', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 500 }), fc.nat(), (count, seed) => {
        expect(largestBudget({ count }, stream(seed))).toBe(count);
      }),
    );
  });

  test('seeds differ, one seed repeats', () => {
    const draw = (seed: number) => [...drawBudget({ count: 1000 }, 25, stream(seed)).train];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('5 of 25, 20 of 100, 80 of 400 serve validation', () => {
    expect([6, 25, 100, 400].map(validationCount)).toEqual([5, 5, 20, 80]);
  });

  test.each([
    ['too small', 5, { count: 100 }, /budget is 5; allowed: an integer from 6 to 100/],
    ['too large', 101, { count: 100 }, /budget is 101; allowed: an integer from 6 to 100/],
    ['no integer', 25.5, { count: 100 }, /budget is 25.5/],
    ['no pool', 25, { count: 4 }, /allowed: none: the pool has 4 items, a budget needs 6/],
  ])('%s is refused', (_, n, pool, message) => {
    try {
      drawBudget(pool, n, stream(0));
      expect.unreachable();
    } catch (error) {
      expect(isGraftError(error, 'invalid-value')).toBe(true);
      expect((error as Error).message).toMatch(message);
    }
  });
});
