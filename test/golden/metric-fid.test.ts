import { describe, expect, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { fid, frechetDistance, gaussianFromMoments } from '../../src/metrics/fid.ts';
import { columnMeans, covariance } from '../../src/numeric/covariance.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, hasGolden, matrixOf, numbersOf } from './golden-file.ts';

describe.skipIf(!hasGolden('fid'))('fid against pytorch-fid, torch-fidelity and dgm-eval', () => {
  const run = (name: string, allow = false) => {
    const { inputs, expected } = goldenCase('fid', name);
    const real = matrixOf(inputs.features_1);
    const generated = matrixOf(inputs.features_2);
    const result = applyMetric(fid, { real, generated }, allow ? { small_sample: 'allow' } : {});
    return { real, generated, expected, result };
  };

  test.each(['mixture', 'anisotropic'])('%s', (name) => {
    const { real, generated, expected, result } = run(name);
    for (const key of ['fid_pytorch_fid', 'fid_torch_fidelity', 'fd_dgm_eval_efficient', 'fid_exact_psd'])
      expectClose(result.value, Number(expected[key]), { relative: 1e-9 });
    expectClose(result.extras!.mean_term!, Number(expected.mean_term), { relative: 1e-9 });
    if (expected.mu_1 === undefined) return;
    expectClose(columnMeans(real), numbersOf(expected.mu_1), { absolute: 1e-12 });
    expectClose(covariance(real).data, numbersOf(expected.sigma_1), { absolute: 1e-12 });
    expectClose(covariance(generated).data, numbersOf(expected.sigma_2), { absolute: 1e-12 });
  });

  test('identical-sets-permuted', () => {
    expectClose(run('identical-sets-permuted').result.value, 0, { absolute: 1e-6 });
  });

  test.each(['rank-deficient-fewer-samples-than-dimensions', 'duplicated-and-constant-columns'])(
    '%s',
    (name) => {
      const { expected, result } = run(name, true);
      expectClose(result.value, Number(expected.fid_exact_psd), { relative: 1e-6 });
    },
  );

  test('fewer samples than dimensions are refused unless allowed', () => {
    expect(() => run('rank-deficient-fewer-samples-than-dimensions')).toThrow(/too few for 24 dimensions/);
    expect(run('rank-deficient-fewer-samples-than-dimensions', true).result.warnings).toHaveLength(1);
  });

  test('from-statistics-diagonal', () => {
    const { inputs, expected } = goldenCase('fid', 'from-statistics-diagonal');
    const { value } = frechetDistance(
      gaussianFromMoments(numbersOf(inputs.mu_1), matrixOf(inputs.sigma_1)),
      gaussianFromMoments(numbersOf(inputs.mu_2), matrixOf(inputs.sigma_2)),
    );
    expectClose(value, Number(expected.closed_form), { relative: 1e-9 });
  });
});
