import { describe, expect, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { kid, subsetEstimates } from '../../src/metrics/kid.ts';
import { gaussianKernel, kernelSums, polynomialKernel, squaredDiscrepancy } from '../../src/metrics/mmd.ts';
import { mean, standardDeviation } from '../../src/numeric/covariance.ts';
import { type Matrix, matrix, rowOf, rowRange } from '../../src/numeric/matrix.ts';
import { dot } from '../../src/numeric/matrix-product.ts';
import { expectClose } from '../expect-close.ts';
import { type GoldenCase, goldenCase, hasGolden, matrixOf, numbersOf } from './golden-file.ts';

describe.skipIf(!hasGolden('kid'))('kid against torch-fidelity', () => {
  const none: GoldenCase = { name: '', inputs: {}, options: {}, expected: {} };
  const { inputs, expected, options } = hasGolden('kid') ? goldenCase('kid', 'polynomial-subsets') : none;
  const featuresOf = (value: unknown) => (value === undefined ? matrix(0, 0) : matrixOf(value));
  const x = featuresOf(inputs.features_1);
  const y = featuresOf(inputs.features_2);
  const kernel = polynomialKernel(Number(options.gamma), Number(options.coef0), Number(options.degree));
  // The tolerance is stated as a multiple of the largest kernel value.
  const largest = (...sets: Matrix[]) =>
    Math.max(...sets.flatMap((set) => Array.from({ length: set.rows }, (_, i) => kernelOfRow(set, i))));
  const kernelOfRow = (set: Matrix, i: number) => (dot(rowOf(set, i), rowOf(set, i)) / set.columns + 1) ** 3;

  test('polynomial-subsets, on the given subsets', () => {
    const [ofX, ofY] = [matrixOf(inputs.subset_indices_1), matrixOf(inputs.subset_indices_2)];
    const subsets = Array.from({ length: ofX.rows }, (_, i) => [rowOf(ofX, i), rowOf(ofY, i)] as const);
    const values = subsetEstimates(x, y, kernel, subsets);
    const absolute = 1e-12 * largest(x, y);
    expectClose(values, numbersOf(expected.per_subset), { absolute });
    expectClose(mean(values), Number(expected.kid_mean), { absolute });
    expectClose(standardDeviation(values, 0), Number(expected.kid_std), { absolute });
  });

  test('polynomial-full-equal-sizes and -unequal-sizes', () => {
    const absolute = 1e-12 * largest(x, y);
    const equal = goldenCase('kid', 'polynomial-full-equal-sizes').expected;
    const estimates = squaredDiscrepancy(rowRange(x, 0, 130), rowRange(y, 0, 130), kernel);
    expectClose(estimates.unbiased, Number(equal.mmd2_unbiased), { absolute });
    expectClose(estimates.biased, Number(equal.mmd2_biased), { absolute });
    expectClose(estimates.uStatistic!, Number(equal.mmd2_u_statistic), { absolute });
    const unequal = goldenCase('kid', 'polynomial-full-unequal-sizes').expected;
    const result = applyMetric(kid, { real: x, generated: y });
    expectClose(result.value, Number(unequal.mmd2_unbiased_unequal), { absolute });
    expectClose(result.extras!.biased!, Number(unequal.mmd2_biased_unequal), { absolute });
  });

  test('rbf-full', () => {
    const values = goldenCase('kid', 'rbf-full').expected;
    const full = squaredDiscrepancy(x, y, gaussianKernel(3));
    expectClose(full.unbiased, Number(values.mmd2_unbiased_unequal), { absolute: 1e-12 });
    expectClose(full.biased, Number(values.mmd2_biased_unequal), { absolute: 1e-12 });
    const equal = squaredDiscrepancy(rowRange(x, 0, 130), rowRange(y, 0, 130), gaussianKernel(3));
    expectClose(equal.unbiased, Number(values.mmd2_unbiased), { absolute: 1e-12 });
    expectClose(equal.biased, Number(values.mmd2_biased), { absolute: 1e-12 });
    expectClose(equal.uStatistic!, Number(values.mmd2_u_statistic), { absolute: 1e-12 });
    expect(kernelSums(x, x, gaussianKernel(3)).diagonal).toBe(x.rows);
  });

  test('duplicates-and-overlap', () => {
    const c = goldenCase('kid', 'duplicates-and-overlap');
    const [a, b] = [matrixOf(c.inputs.features_1), matrixOf(c.inputs.features_2)];
    const estimates = squaredDiscrepancy(a, b, polynomialKernel(0.25, 1, 3));
    const absolute = 1e-12 * largest(a, b);
    expectClose(estimates.unbiased, Number(c.expected.mmd2_unbiased), { absolute });
    expectClose(estimates.biased, Number(c.expected.mmd2_biased), { absolute });
    expectClose(estimates.uStatistic!, Number(c.expected.mmd2_u_statistic), { absolute });
  });
});
