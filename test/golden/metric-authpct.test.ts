import { describe, expect, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { authpct } from '../../src/metrics/authpct.ts';
import { nearestTraining } from '../../src/metrics/nearest-training.ts';
import { closenessToDiagonal, supportCurves } from '../../src/metrics/support-curves.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, goldenCases, hasGolden, matrixOf, numbersOf } from './golden-file.ts';

describe.skipIf(!hasGolden('authpct'))(
  'authpct, alpha-precision and beta-recall against dgm-eval and their authors’ program',
  () => {
    test.each(hasGolden('authpct') ? [...goldenCases('authpct').keys()] : [])('%s', (name) => {
      const { inputs, expected } = goldenCase('authpct', name);
      const sets = { train: matrixOf(inputs.train), generated: matrixOf(inputs.generated) };
      const { value, perItem } = applyMetric(authpct, sets);
      expectClose(value, Number(expected.authpct_exact), { absolute: 1e-4 });
      expectClose(value, Number(expected.authpct), { absolute: 1e-4 });
      expect([...perItem!.nearest_train!]).toEqual(numbersOf(expected.nearest_train_index));
      const { distance, spacing } = nearestTraining(sets.train, sets.generated);
      expectClose(distance, numbersOf(expected.nearest_train_distance), { absolute: 1e-12 });
      expectClose(spacing, numbersOf(expected.nearest_train_of_that_train_distance), { absolute: 1e-12 });

      const { alphas, precision, recall } = supportCurves(sets.train, sets.generated, 30);
      expectClose(alphas, numbersOf(expected.alphas), { absolute: 1e-6 });
      expectClose(precision, numbersOf(expected.alpha_precision_curve), { absolute: 1e-6 });
      expectClose(recall, numbersOf(expected.beta_coverage_curve), { absolute: 1e-6 });
      expectClose(closenessToDiagonal(alphas, precision), Number(expected.delta_precision_alpha), {
        absolute: 1e-6,
      });
      expectClose(closenessToDiagonal(alphas, recall), Number(expected.delta_coverage_beta), {
        absolute: 1e-6,
      });
    });
  },
);
