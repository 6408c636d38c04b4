import { describe, test } from 'vitest';
import { slicedApproximation, slicedDistance } from '../../src/metrics/sliced-wasserstein.ts';
import { rowRange } from '../../src/numeric/matrix.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, hasGolden, matrixOf } from './golden-file.ts';

const near = { relative: 1e-10 };

describe.skipIf(!hasGolden('sliced-wasserstein'))('sliced Wasserstein against dgm-eval and scipy', () => {
  test('approximate-sliced-w2', () => {
    const { inputs, expected } = goldenCase('sliced-wasserstein', 'approximate-sliced-w2');
    expectClose(
      slicedApproximation(matrixOf(inputs.x), matrixOf(inputs.y)),
      Number(expected.sw2_approx),
      near,
    );
  });

  test('explicit-projections', () => {
    const { inputs, expected } = goldenCase('sliced-wasserstein', 'explicit-projections');
    const [x, y, directions] = [matrixOf(inputs.x), matrixOf(inputs.y), matrixOf(inputs.directions)];
    expectClose(slicedDistance(rowRange(x, 0, 50), y, directions, 2), Number(expected.sw2_sorted), near);
    expectClose(slicedDistance(x, y, directions, 1), Number(expected.sw1_mean), near);
  });
});
