import { expect, test } from 'vitest';
import { isGraftError } from '../errors.ts';
import { friedman } from './friedman.ts';
import { nemenyi } from './nemenyi.ts';

/** Ten data sets on which methods rank 0 < 1 < 2 always and 3 changes places with 2. */
const scores = Array.from({ length: 10 }, (_, i) => [1, 2, i % 2 ? 3 : 4, i % 2 ? 4 : 3]);

test('average ranks, critical difference, pairs and bars of the diagram', () => {
  const result = nemenyi(scores, 'lower');
  expect(result.averageRanks).toEqual([1, 2, 3.5, 3.5]);
  // q_0.05 for 4 methods is 2.569 (Demsar 2006, table 5).
  expect(result.criticalDifference).toBeCloseTo(2.569 * Math.sqrt((4 * 5) / 60), 3);
  expect(result.groups).toEqual([
    [0, 1],
    [2, 3],
  ]);
  result.averageRanks.forEach((a, i) => {
    result.averageRanks.forEach((b, j) => {
      expect(result.p[i]![j]! < 0.05).toBe(Math.abs(a - b) > result.criticalDifference);
      expect(result.p[i]![j]).toBe(result.p[j]![i]);
    });
  });
  expect(result.p[2]![3]).toBe(1);
});

test('direction turns ranks round; ties everywhere speak against nothing', () => {
  expect(friedman(scores, 'higher').averageRanks).toEqual([4, 3, 1.5, 1.5]);
  expect(
    friedman(
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
      'lower',
    ),
  ).toMatchObject({ chiSquare: 0, p: 1, averageRanks: [2, 2, 2] });
  expect(
    friedman(
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      'lower',
    ),
  ).toMatchObject({ imanDavenportF: Infinity, imanDavenportP: 0 });
});

test('bad input is answered with coded errors', () => {
  const code = (rows: number[][]) => {
    try {
      return friedman(rows, 'lower');
    } catch (error) {
      return isGraftError(error) ? error.code : error;
    }
  };
  expect(code([[1, 2]])).toBe('bad-data');
  expect(
    code([
      [1, 2],
      [1, 2, 3],
    ]),
  ).toBe('bad-data');
  expect(
    code([
      [1, 2],
      [1, Number.NaN],
    ]),
  ).toBe('not-finite');
});
