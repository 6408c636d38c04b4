import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../random.ts';
import { type Adjustment, adjustments, adjustPValues } from './adjust-p-values.ts';
import { bradleyTerry } from './bradley-terry.ts';
import { kendall, pearson, somersD, spearman, weightedKendall } from './correlation.ts';
import { mannWhitney } from './mann-whitney.ts';
import { hypervolume, paretoFront } from './pareto.ts';
import { signFlipTest } from './sign-flip-test.ts';
import { summarize } from './summarize.ts';
import { wilcoxonSignedRank } from './wilcoxon-signed-rank.ts';

test('the exact signed-rank test with ties counts all sign patterns', () => {
  const d = [1, 1, -2, 3, 3, -1];
  const ranks = [2, 2, 4, 5.5, 5.5, 2];
  const positive = 2 + 2 + 5.5 + 5.5;
  let atLeast = 0;
  for (let bits = 0; bits < 64; bits++) {
    if (ranks.reduce((sum, r, i) => sum + ((bits >> i) & 1 ? r : 0), 0) >= positive) atLeast++;
  }
  expect(wilcoxonSignedRank(d, { mode: 'exact', alternative: 'greater' }).p).toBeCloseTo(atLeast / 64, 14);
  expect(wilcoxonSignedRank([0, 0, 0])).toEqual({ statistic: 0, p: 1 });
  expect(() => wilcoxonSignedRank([])).toThrow(/at least 1/);
});

test('the sign-flip test draws patterns where there are too many to count', () => {
  const d = Array.from(stream(7).normals(14), (z) => z + 0.6);
  const exact = signFlipTest(d, { stream: stream(0) }).p;
  const drawn = signFlipTest(d, { stream: stream(0), exactUpTo: 0, draws: 20_000 }).p;
  expect(Math.abs(drawn - exact)).toBeLessThan(4 * Math.sqrt(exact / 20_000) * 2);
  expect(signFlipTest(new Array(60).fill(1), { stream: stream(0), draws: 1000 }).p).toBeCloseTo(2 / 1001, 12);
  const less = signFlipTest(d, { stream: stream(0), alternative: 'less' }).p;
  expect(less).toBeGreaterThan(0.5);
});

test('a rank-sum test of equal samples says nothing', () => {
  expect(mannWhitney([1, 1], [1, 1])).toEqual({ statistic: 2, p: 1 });
});

test('correlation with a constant is undefined, not NaN', () => {
  const undefinedResult = { value: null, p: null };
  expect(pearson([1, 1, 1], [1, 2, 3])).toEqual(undefinedResult);
  expect(spearman([1, 2, 3], [2, 2, 2])).toEqual(undefinedResult);
  expect(kendall([1, 1, 1], [1, 2, 3])).toEqual(undefinedResult);
  expect(somersD([1, 1], [1, 2])).toBeNull();
  expect(weightedKendall([1, 1], [1, 2])).toBeNull();
  expect(() => pearson([1, 2], [1])).toThrow(/paired samples/);
});

test('adjusted p-values keep order and bounds', () => {
  const p = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
  fc.assert(
    fc.property(p, fc.constantFrom(...(Object.keys(adjustments) as Adjustment[])), (values, name) => {
      const adjusted = adjustPValues(values, name);
      values.forEach((value, i) => {
        expect(adjusted[i]!).toBeGreaterThanOrEqual(value * (1 - 1e-12));
        expect(adjusted[i]!).toBeLessThanOrEqual(1);
        values.forEach((other, j) => {
          if (value < other) expect(adjusted[i]!).toBeLessThanOrEqual(adjusted[j]!);
        });
      });
    }),
  );
  expect(() => adjustPValues([0.1, 1.2], 'holm')).toThrow(/p-value 1 is 1.2/);
});

test('hypervolume equals the share of random points that are dominated', () => {
  const draws = stream(11);
  for (const objectives of [2, 3, 4]) {
    const points = Array.from({ length: 6 }, (_, i) => draws.child(objectives).child(i).uniforms(objectives));
    const volume = hypervolume(points, new Array(objectives).fill(1));
    let inside = 0;
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      const at = draws.child('probe').child(objectives).child(i).uniforms(objectives);
      if (points.some((point) => at.every((value, k) => value >= point[k]!))) inside++;
    }
    expect(Math.abs(inside / count - volume)).toBeLessThan(4 * Math.sqrt(0.25 / count));
  }
  // Only the front counts, and directions turn objectives round.
  const points = [
    [1, 5],
    [2, 6],
    [3, 6],
    [0, 0],
  ];
  expect(paretoFront(points, ['lower', 'higher'])).toEqual([0, 1, 3]);
  expect(hypervolume(points, [4, 1], ['lower', 'higher'])).toBe(3 * 4 + 2 * 1);
  expect(paretoFront([])).toEqual([]);
  expect(() => paretoFront([[1, Number.NaN]])).toThrow(/point 0/);
});

test('Bradley-Terry strengths that do not exist are an error without a prior', () => {
  const undefeated = [
    [0, 2, 3],
    [0, 0, 1],
    [0, 2, 0],
  ];
  expect(() => bradleyTerry(undefeated)).toThrow(/no finite strengths/);
  const fit = bradleyTerry(undefeated, 0.1);
  expect(fit.strengths[0]).toBeGreaterThan(fit.strengths[2]!);
  expect(fit.strengths.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
});

test('a summary of one value has no spread', () => {
  expect(summarize([3])).toEqual({
    n: 1,
    mean: 3,
    standardDeviation: null,
    standardError: null,
    median: 3,
    min: 3,
    max: 3,
  });
  expect(summarize([1, 2, 3, 6])).toMatchObject({
    mean: 3,
    median: 2.5,
    standardError: Math.sqrt(14 / 3) / 2,
  });
  expect(() => summarize([])).toThrow(/at least 1/);
});
