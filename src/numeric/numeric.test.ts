import { expect, test } from 'vitest';
import { errorCode } from '../../test/error-code.ts';
import { stream } from '../random.ts';
import {
  cholesky,
  logDeterminant,
  semidefiniteFactor,
  solveLower,
  solveLowerTransposed,
} from './cholesky.ts';
import { columnMeans, covariance } from './covariance.ts';
import {
  forEachDistanceBlock,
  squaredDistance,
  squaredDistances,
  squaredDistancesWithin,
} from './distances.ts';
import { kMeans, kMeansFromRandom } from './k-means.ts';
import { logMeanExp, logSoftmax, logSumExp } from './log-sum-exp.ts';
import { concatenateRows, identity, type Matrix, matrix, rowOf, selectRows, transpose } from './matrix.ts';
import { gram, multiply, multiplyTransposed, multiplyVector, outerGram } from './matrix-product.ts';
import { nearestNeighbours, nearestNeighboursWithin } from './nearest-neighbours.ts';
import { principalComponents } from './principal-components.ts';
import { nuclearNorm, singularValues } from './singular-values.ts';
import { symmetricEigen, symmetricEigenvalues } from './symmetric-eigen.ts';

const random = stream(11);
const normal = (rows: number, columns: number, name: string) =>
  matrix(rows, columns, random.child(name).normals(rows * columns));

function expectClose(received: Matrix, expected: Matrix, tolerance: number): void {
  expect([received.rows, received.columns]).toEqual([expected.rows, expected.columns]);
  let worst = 0;
  received.data.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - expected.data[i]!));
  });
  expect(worst).toBeLessThanOrEqual(tolerance);
}

function naiveProduct(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < b.columns; j++)
      for (let k = 0; k < a.columns; k++)
        out.data[i * b.columns + j]! += a.data[i * a.columns + k]! * b.data[k * b.columns + j]!;
  return out;
}

test.each([
  [1, 1, 1],
  [3, 5, 7],
  [67, 1030, 70],
  [130, 3, 129],
])('products of [%i, %i] with %i columns equal the plain triple loop', (m, k, n) => {
  const a = normal(m, k, 'a');
  const b = normal(k, n, 'b');
  const expected = naiveProduct(a, b);
  expectClose(multiply(a, b), expected, 1e-11);
  expectClose(multiplyTransposed(a, transpose(b)), expected, 1e-11);
  expectClose(gram(a), naiveProduct(transpose(a), a), 1e-11);
  expectClose(outerGram(a), naiveProduct(a, transpose(a)), 1e-10);
  expectClose(
    matrix(m, 1, multiplyVector(a, rowOf(transpose(b), 0))),
    multiply(a, selectColumn(b, 0)),
    1e-11,
  );
});

const selectColumn = (a: Matrix, j: number) => transpose(selectRows(transpose(a), [j]));

test('an entry of a product does not depend on the block it falls into', () => {
  const a = normal(65, 40, 'a');
  const b = normal(70, 40, 'b');
  const whole = multiplyTransposed(a, b);
  for (const i of [0, 1, 33, 64]) {
    const alone = multiplyTransposed(selectRows(a, [i]), b);
    expect(alone.data).toEqual(whole.data.slice(i * 70, (i + 1) * 70));
  }
});

test('shapes that do not fit are refused', () => {
  for (const attempt of [
    () => multiply(matrix(2, 3), matrix(2, 3)),
    () => squaredDistances(matrix(2, 3), matrix(2, 2)),
    () => matrix(2, 3, [1, 2]),
    () => symmetricEigen(matrix(2, 3)),
    () => concatenateRows([matrix(1, 2), matrix(1, 3)]),
  ])
    expect(errorCode(attempt)).toBe('shape-mismatch');
});

test('means and covariances of columns with a large offset keep their digits', () => {
  const offset = 1e6;
  const x = matrix(
    4,
    2,
    [1, 2, 3, 5, 2, 2, 6, 3].map((value) => value + offset),
  );
  expect([...columnMeans(x)]).toEqual([3 + offset, 3 + offset]);
  expectClose(covariance(x), matrix(2, 2, [14 / 3, 1, 1, 2]), 1e-9);
  expectClose(covariance(x, { ddof: 0 }), matrix(2, 2, [3.5, 0.75, 0.75, 1.5]), 1e-9);
  expect(errorCode(() => covariance(matrix(1, 2)))).toBe('bad-data');
});

test.each([1, 2, 3, 10, 65])('eigenvectors of a random symmetric matrix of size %i', (n) => {
  const root = normal(n, n, 'root');
  const a = matrix(
    n,
    n,
    root.data.map((value, i) => value + root.data[(i % n) * n + Math.floor(i / n)]!),
  );
  const { values, vectors } = symmetricEigen(a);
  const scaled = matrix(
    n,
    n,
    vectors.data.map((value, i) => value * values[Math.floor(i / n)]!),
  );
  expectClose(multiply(transpose(vectors), scaled), a, 1e-13 * n * 10);
  expectClose(outerGram(vectors), identity(n), 1e-13 * n);
  expect([...values]).toEqual([...values].sort((x, y) => x - y));
  expectClose(matrix(1, n, symmetricEigenvalues(a)), matrix(1, n, values), 1e-12 * n);
});

test('eigenvalues that are known: repeated, zero, tiny and huge', () => {
  expect([...symmetricEigenvalues(matrix(3, 3))]).toEqual([0, 0, 0]);
  expect([...symmetricEigenvalues(identity(5))]).toEqual([1, 1, 1, 1, 1]);
  const ones = symmetricEigenvalues(matrix(4, 4, new Float64Array(16).fill(1e150)));
  expect(ones[3]! / 4e150).toBeCloseTo(1, 14);
  expect(Math.abs(ones[0]!)).toBeLessThan(1e136);
  const small = symmetricEigenvalues(matrix(2, 2, [2e-200, 1e-200, 1e-200, 2e-200]));
  expect(small[0]! / 1e-200).toBeCloseTo(1, 14);
  expect(small[1]! / 3e-200).toBeCloseTo(1, 14);
  // Second difference matrix: 2 - 2 cos(pi j / (n + 1)).
  const n = 40;
  const laplace = identity(n);
  for (let i = 0; i < n; i++) {
    laplace.data[i * n + i] = 2;
    if (i + 1 < n) laplace.data[i * n + i + 1] = laplace.data[(i + 1) * n + i] = -1;
  }
  symmetricEigenvalues(laplace).forEach((value, j) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (j + 1)) / (n + 1)), 13);
  });
  expect(errorCode(() => symmetricEigen(matrix(3, 3, new Array(9).fill(NaN))))).toBe('not-finite');
});

test('singular values of rank-deficient matrices are zero to rounding', () => {
  const factor = normal(20, 3, 'thin');
  const low = multiplyTransposed(factor, normal(15, 3, 'wide'));
  const values = singularValues(low);
  expect(values[3]! / values[0]!).toBeLessThan(1e-14);
  expect(nuclearNorm(low)).toBeCloseTo(values[0]! + values[1]! + values[2]!, 10);
  expect([...singularValues(matrix(3, 2))]).toEqual([0, 0]);
});

test('Cholesky factors, determinants and triangular solutions', () => {
  const root = normal(12, 9, 'spd');
  const a = gram(root);
  const l = cholesky(a);
  expectClose(multiplyTransposed(l, l), a, 1e-12);
  const logDet = symmetricEigenvalues(a).reduce((sum, value) => sum + Math.log(value), 0);
  expect(logDeterminant(l)).toBeCloseTo(logDet, 11);
  const b = normal(9, 4, 'rhs');
  expectClose(multiply(l, solveLower(l, b)), b, 1e-12);
  expectClose(multiply(transpose(l), solveLowerTransposed(l, b)), b, 1e-12);
  expect(errorCode(() => cholesky(gram(normal(3, 9, 'short'))))).toBe('bad-data');
});

test('the factor of a semi-definite matrix has its rank', () => {
  const a = gram(normal(4, 10, 'rank four'));
  const factor = semidefiniteFactor(a);
  expect(factor.rows).toBe(4);
  expectClose(gram(factor), a, 1e-13 * 10);
  expect(semidefiniteFactor(matrix(3, 3)).rows).toBe(0);
});

test('distances: plain formula, copies exactly at zero, any block size alike', () => {
  const a = normal(69, 13, 'left');
  const b = concatenateRows([normal(130, 13, 'right'), selectRows(a, [5])]);
  const all = squaredDistances(a, b);
  for (const [i, j] of [
    [0, 0],
    [68, 130],
    [5, 130],
    [66, 127],
  ] as const)
    expect(all.data[i * 131 + j]).toBe(squaredDistance(rowOf(a, i), rowOf(b, j)));
  expect(all.data[5 * 131 + 130]).toBe(0);
  for (const size of [1, 7, 64, 1000]) {
    const joined = new Float64Array(69 * 131);
    forEachDistanceBlock(a, b, (first, _count, block) => joined.set(block, first * 131), size);
    expect(joined).toEqual(all.data);
  }
  expect(squaredDistancesWithin(a).data).toEqual(squaredDistances(a, a).data);
});

test('nearest neighbours equal a full sort; ties go to the lower index', () => {
  const points = matrix(40, 2, random.child('lattice').integers(80, 4));
  const queries = matrix(25, 2, random.child('queries').integers(50, 4));
  const found = nearestNeighbours(queries, points, 6);
  const within = nearestNeighboursWithin(points, 6);
  const sorted = (query: Float64Array, skip: number) =>
    Array.from({ length: 40 }, (_, j) => ({ j, distance: squaredDistance(query, rowOf(points, j)) }))
      .filter(({ j }) => j !== skip)
      .sort((x, y) => x.distance - y.distance || x.j - y.j)
      .slice(0, 6);
  for (let i = 0; i < 25; i++) {
    const expected = sorted(rowOf(queries, i), -1);
    expect([...found.indices.subarray(6 * i, 6 * i + 6)]).toEqual(expected.map(({ j }) => j));
    expect([...found.squaredDistances.subarray(6 * i, 6 * i + 6)]).toEqual(expected.map((e) => e.distance));
  }
  for (let i = 0; i < 40; i++)
    expect([...within.indices.subarray(6 * i, 6 * i + 6)]).toEqual(
      sorted(rowOf(points, i), i).map(({ j }) => j),
    );
  expect(errorCode(() => nearestNeighboursWithin(points, 40))).toBe('invalid-value');
  expect(errorCode(() => nearestNeighbours(points, matrix(2, 2, [NaN, 0, NaN, 1]), 1))).toBe('not-finite');
});

test.each([
  [40, 6],
  [6, 40],
])('principal components of a [%i, %i] matrix rebuild it and carry its variance', (n, d) => {
  const x = normal(n, d, 'pca');
  const { means, directions, variances, scores } = principalComponents(x);
  expect(directions.rows).toBe(Math.min(n - 1, d));
  expectClose(outerGram(directions), identity(directions.rows), 1e-11);
  const rebuilt = multiply(scores, directions);
  rebuilt.data.forEach((value, i) => {
    rebuilt.data[i] = value + means[i % d]!;
  });
  expectClose(rebuilt, x, 1e-11);
  const spread = covariance(scores);
  variances.forEach((variance, i) => {
    expect(spread.data[i * variances.length + i]).toBeCloseTo(variance, 10);
  });
  expect([...variances]).toEqual([...variances].sort((a, b) => b - a));
});

test('sums of exponentials do not overflow', () => {
  expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.log(2), 12);
  expect(logSumExp([-1e6, -1e6 - 1])).toBeCloseTo(-1e6 + Math.log(1 + Math.exp(-1)), 9);
  expect(logSumExp([])).toBe(-Infinity);
  expect(logSumExp([-Infinity, 2])).toBe(2);
  expect(logMeanExp([3, 3, 3])).toBeCloseTo(3, 14);
  expect(logSumExp(logSoftmax([1, 5, 900]))).toBeCloseTo(0, 12);
});

test('k-means finds separated clusters and ends where no label changes', () => {
  const centres = matrix(3, 2, [0, 0, 20, 0, 0, 20]);
  const noise = normal(90, 2, 'noise');
  const x = matrix(
    90,
    2,
    noise.data.map((value, i) => value + centres.data[2 * (Math.floor(i / 2) % 3) + (i % 2)]!),
  );
  const { labels, centroids, inertia } = kMeansFromRandom(x, 3, random.child('start'));
  for (let i = 0; i < 90; i++) expect(labels[i]).toBe(labels[i % 3]);
  expect(new Set(labels).size).toBe(3);
  const again = kMeans(x, centroids);
  expect(again.iterations).toBe(1);
  expect(again.inertia).toBeCloseTo(inertia, 9);
  const same = matrix(5, 2);
  expect(kMeansFromRandom(same, 3, random.child('same')).inertia).toBe(0);
  expect(errorCode(() => kMeansFromRandom(same, 6, random))).toBe('invalid-value');
});
