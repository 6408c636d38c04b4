import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConvergenceState,
  convergenceRule,
  convergenceState,
  hasConverged,
  observeLook,
  stepsToConvergence,
  unobserved,
} from './convergence.ts';

const rule = convergenceRule.parse({ patience: 3, tolerance: 0.01 });
const observed = (values: readonly number[], r = rule): ConvergenceState =>
  values.reduce((state, value) => observeLook(r, state, value), unobserved);

describe('a convergence rule', () => {
  test('ends after `patience` looks without improvement beyond the tolerance', () => {
    const values = [100, 90, 89.5, 89.4, 89.3];
    const converged = values.map((_, i) => hasConverged(rule, observed(values.slice(0, i + 1))));
    expect(converged).toEqual([false, false, false, false, true]);
  });

  test('keeps the best value however small the improvement', () => {
    const state = observed([100, 90, 89.5, 89.9]);
    expect(state).toMatchObject({ best: 89.5, bestLook: 2, reference: 90, sinceImprovement: 2 });
  });

  test('lets small improvements add up', () => {
    const slow = Array.from({ length: 60 }, (_, i) => 100 * 0.996 ** i);
    expect(hasConverged(rule, observed(slow))).toBe(false);
  });

  test('means the same for negative values', () => {
    expect(hasConverged(rule, observed([-100, -100.5, -100.6, -100.7]))).toBe(true);
    expect(hasConverged(rule, observed([-100, -101.1, -102.3, -103.5]))).toBe(false);
  });

  test('takes higher values as better where told so, and absolute tolerances', () => {
    const upwards = convergenceRule.parse({
      ...rule,
      direction: 'higher',
      toleranceKind: 'absolute',
      tolerance: 1,
    });
    expect(observed([1, 5, 5.5, 4], upwards)).toMatchObject({ best: 5.5, bestLook: 2, reference: 5 });
  });

  test('takes a value that is not finite as no improvement', () => {
    const state = observed([Number.NaN, 3, Number.NEGATIVE_INFINITY, Number.NaN, Number.NaN]);
    expect(state).toMatchObject({ looks: 5, best: 3, bestLook: 1, sinceImprovement: 3 });
    expect(hasConverged(rule, state)).toBe(true);
    expect(observed([Number.NaN, Number.NaN])).toMatchObject({ best: null, bestLook: null });
  });

  test('its best is the least of all values, and going on from JSON changes nothing', () => {
    // JSON has no negative zero, which equals zero in every comparison that the rule makes.
    const value = fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((drawn) => drawn + 0);
    const values = fc.array(value, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.nat(39), (all, cut) => {
        const state = observed(all);
        expect(state.best! === Math.min(...all)).toBe(true);
        expect(state.bestLook).toBe(all.indexOf(state.best!));
        const half = JSON.parse(JSON.stringify(observed(all.slice(0, cut)))) as ConvergenceState;
        expect(convergenceState.parse(half)).toEqual(half);
        expect(all.slice(cut).reduce((s, value) => observeLook(rule, s, value), half)).toEqual(state);
      }),
    );
  });
});

describe('steps to convergence', () => {
  const looks = (values: readonly number[]) => values.map((validation, i) => ({ step: 10 * i, validation }));

  test('are those until validation was first within the tolerance of its best', () => {
    expect(stepsToConvergence(rule, looks([100, 95, 90.5, 90.2, 90, 90.1, 90.3]))).toBe(20);
  });

  test('are unknown while validation still improves, and without looks', () => {
    expect(stepsToConvergence(rule, looks([100, 95, 90]))).toBeNull();
    expect(stepsToConvergence(rule, [])).toBeNull();
    expect(stepsToConvergence(rule, looks([Number.NaN, Number.NaN, Number.NaN, Number.NaN]))).toBeNull();
  });
});
