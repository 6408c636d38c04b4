import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGraftError } from '../errors.ts';
import { stream } from '../random.ts';
import { comparePaired, type PairedComparison } from './compare-paired.ts';
import { oneSampleTTest } from './t-test.ts';

const code = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return isGraftError(error) ? error.code : 'not a GraftError';
  }
  return 'no error';
};
const one = (differences: number[], options: Partial<Parameters<typeof comparePaired>[1]> = {}) =>
  comparePaired([{ label: 'a', differences }], { direction: 'lower', ...options }).results[0]!;

describe('one comparison', () => {
  test('is a paired t test', () => {
    const differences = [-0.31, -0.22, -0.45, -0.28, -0.39];
    const result = one(differences);
    const t = oneSampleTTest(differences);
    expect(result.p).toBeCloseTo(t.p, 14);
    expect(result.adjustedP).toBe(result.p);
    expect(result.interval!.low).toBeCloseTo(t.interval.low, 12);
    expect(result.interval!.high).toBeCloseTo(t.interval.high, 12);
    expect(result.singleInterval).toEqual(result.interval);
    expect(result.effectSize).toBeCloseTo(t.estimate / (t.standardError * Math.sqrt(5)), 12);
    expect(result).toMatchObject({
      seeds: 5,
      verdict: 'better',
      noClaim: null,
      test: 'paired t',
      bcaInterval: null,
    });
    // d_z is -3.63: 3 pairs have 86 % power at 5 % (statsmodels 0.15).
    expect(result.seedsNeeded).toEqual({ kind: 'seeds', seeds: 3 });
  });

  test('direction decides what is better', () => {
    expect(one([1, 1.1, 1.2], { direction: 'lower' }).verdict).toBe('worse');
    expect(one([1, 1.1, 1.2], { direction: 'higher' }).verdict).toBe('better');
  });

  test('one seed claims nothing', () => {
    expect(one([-5])).toMatchObject({
      verdict: 'no difference can be claimed',
      noClaim: 'one seed',
      p: null,
      adjustedP: null,
      interval: null,
      effectSize: null,
      seedsNeeded: null,
      meanDifference: -5,
    });
  });

  test('two seeds are tested with one degree of freedom', () => {
    const result = one([-1, -1.001]);
    expect(result.p).toBeCloseTo(oneSampleTTest([-1, -1.001]).p, 12);
    expect(result.verdict).toBe('better');
    expect(one([-1, -2]).verdict).toBe('no difference can be claimed');
  });

  test('identical results claim nothing, whatever the number of seeds', () => {
    expect(one(new Array(30).fill(0))).toMatchObject({
      noClaim: 'identical results',
      p: 1,
      interval: null,
      effectSize: null,
      seedsNeeded: { kind: 'more than', seeds: 1000 },
    });
  });

  test('equal differences are judged by the sign-flip test', () => {
    expect(one([-2, -2, -2])).toMatchObject({
      p: 0.25,
      test: 'sign flip',
      noClaim: 'not significant',
      interval: null,
    });
    // 2^(1 - 6) = 1/32 is the first below 5 %.
    expect(one([-2, -2, -2]).seedsNeeded).toEqual({ kind: 'seeds', seeds: 6 });
    expect(one([-2, -2, -2, -2, -2, -2])).toMatchObject({ p: 1 / 32, verdict: 'better' });
    // Equal but for rounding of the metric.
    expect(one([0.1 + 0.2, 0.3, 0.3]).test).toBe('sign flip');
  });

  test('an effect too small for any affordable number of seeds', () => {
    expect(one([1, -1, 1.01, -1]).seedsNeeded).toEqual({ kind: 'more than', seeds: 1000 });
    expect(one([1, -1, 1.01, -1], { mostSeeds: 50 }).seedsNeeded).toEqual({ kind: 'more than', seeds: 50 });
  });

  test('very large and very small differences neither overflow nor vanish', () => {
    const small = one([1e-200, 2e-200, 3e-200]);
    const large = one([1e200, 2e200, 3e200]);
    const plain = one([1, 2, 3]);
    expect(small.p).toBeCloseTo(plain.p!, 12);
    expect(large.p).toBeCloseTo(plain.p!, 12);
    expect(large.effectSize).toBeCloseTo(2, 12);
  });

  test('a side that had not converged is not called worse', () => {
    const differences = [-1, -1.1, -1.2, -1.05];
    const verdict = (unconverged: NonNullable<PairedComparison['unconverged']>) =>
      comparePaired([{ label: 'a', differences, unconverged }], { direction: 'lower' }).results[0]!;
    expect(verdict('technique').verdict).toBe('better');
    expect(verdict('reference')).toMatchObject({
      verdict: 'no difference can be claimed',
      noClaim: 'not converged',
    });
    expect(verdict('both').noClaim).toBe('not converged');
  });

  test('BCa intervals are shown from ten seeds on and decide nothing', () => {
    const ten = [3, 1, 2, 9, 4, 1, 2, 3, 5, 2];
    expect(one(ten.slice(1), { stream: stream(1) }).bcaInterval).toBeNull();
    const shown = one(ten, { stream: stream(1) });
    expect(shown.bcaInterval!.low).toBeGreaterThan(shown.meanDifference - 2.5);
    expect(shown.bcaInterval!.high).toBeLessThan(shown.meanDifference + 3);
    expect(shown.bcaInterval!.low).toBeLessThan(shown.meanDifference);
    // The tail is to the right, and so is the interval.
    expect(shown.bcaInterval!.high - shown.meanDifference).toBeGreaterThan(
      shown.meanDifference - shown.bcaInterval!.low,
    );
    expect(shown.p).toBe(one(ten).p);
    expect(one(ten, { stream: stream(1) })).toEqual(shown);
  });
});

describe('a family', () => {
  const family = (p: number[][], options = {}) =>
    comparePaired(
      p.map((differences, i) => ({ label: String(i), differences })),
      { direction: 'higher', ...options },
    );

  test("adjusts by Holm's procedure and counts untestable comparisons", () => {
    const clear = [1, 1.2, 1.1, 0.9];
    const noise = [1, -1.5, 0.4, 0.2];
    const alone = family([clear]).results[0]!;
    const { results, size } = family([noise, clear, [5]]);
    expect(size).toBe(3);
    expect(results[1]!.adjustedP).toBeCloseTo(3 * alone.p!, 14);
    expect(results[0]!.adjustedP).toBeCloseTo(Math.min(1, 2 * results[0]!.p!), 14);
    expect(results.map((r) => r.intervalConfidence)).toEqual([
      expect.closeTo(1 - 0.05 / 2, 12),
      expect.closeTo(1 - 0.05 / 3, 12),
      expect.closeTo(1 - 0.05 / 2, 12),
    ]);
    expect(results[2]!.noClaim).toBe('one seed');
  });

  test('more comparisons need more seeds', () => {
    const clear = [1, 1.2, 1.1, 0.2];
    const seeds = (count: number) => {
      const needed = family(new Array(count).fill(clear)).results[0]!.seedsNeeded!;
      return needed.kind === 'seeds' ? needed.seeds : Infinity;
    };
    expect(seeds(15)).toBeGreaterThan(seeds(1));
  });

  test('an empty family has no results', () => {
    expect(family([])).toEqual({ confidence: 0.95, size: 0, results: [] });
  });

  test('the interval excludes zero exactly where a difference is claimed; order does not matter', () => {
    const comparison = fc.array(fc.double({ min: -1, max: 3, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(comparison, { minLength: 1, maxLength: 8 }), (lists) => {
        const { results } = family(lists, { mostSeeds: 0 });
        for (const result of results) {
          const claimed = result.verdict !== 'no difference can be claimed';
          expect(claimed).toBe(result.adjustedP !== null && result.adjustedP <= 1 - 0.95);
          if (result.interval !== null) {
            expect(result.interval.low > 0 || result.interval.high < 0).toBe(claimed);
            expect(result.interval.low).toBeLessThanOrEqual(result.singleInterval!.low);
          }
          if (claimed) expect(result.verdict).toBe(result.meanDifference > 0 ? 'better' : 'worse');
        }
        const reversed = family([...lists].reverse(), { mostSeeds: 0 }).results.reverse();
        expect(reversed.map((r) => r.verdict)).toEqual(results.map((r) => r.verdict));
      }),
      { numRuns: 300 },
    );
  });
});

test('bad input is answered with coded errors', () => {
  expect(code(() => one([1, Number.NaN]))).toBe('not-finite');
  expect(code(() => one([1, Infinity]))).toBe('not-finite');
  expect(code(() => one([]))).toBe('bad-data');
  expect(code(() => one([1, 2], { confidence: 1 }))).toBe('invalid-value');
  expect(code(() => one([1, 2], { power: 0 }))).toBe('invalid-value');
  const twice = [1, 2].map(() => ({ label: 'a', differences: [1, 2] }));
  expect(code(() => comparePaired(twice, { direction: 'lower' }))).toBe('bad-data');
});
