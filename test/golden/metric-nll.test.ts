import { describe, expect, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { bitsPerDim } from '../../src/metrics/bits-per-dim.ts';
import { importanceBound } from '../../src/metrics/importance-bound.ts';
import { nll } from '../../src/metrics/nll.ts';
import { matrix } from '../../src/numeric/matrix.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, hasGolden, numbersOf, tensorOf } from './golden-file.ts';

const near = { relative: 1e-9, absolute: 1e-9 };
const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Log weights [groups, samples, items] as [items, groups * samples]. */
function weightsOf(value: unknown) {
  const { shape, data } = tensorOf(value);
  const [groups, samples, items] = shape as [number, number, number];
  const all = groups * samples;
  return matrix(
    items,
    all,
    Float64Array.from(data, (_, at) => data[(at % all) * items + Math.floor(at / all)]!),
  );
}

describe.skipIf(!hasGolden('likelihood-vae'))('importance-weighted bounds of a linear-Gaussian VAE', () => {
  test.each([
    ['two-latent', [1, 5, 10, 50]],
    ['one-latent-wide-data', [1, 64]],
  ] as const)('%s', (name, ks) => {
    const { expected } = goldenCase('likelihood-vae', name);
    const logWeights = weightsOf(expected.log_weights);
    const exact = numbersOf(expected.exact_log_px);
    let previous = Infinity;
    for (const k of ks) {
      const perItem = numbersOf(expected[`iwae_${k}_per_x`]);
      expectClose(importanceBound(logWeights, k).bound, perItem, near);
      const result = applyMetric(nll, { logWeights }, { k });
      expectClose(result.value, -average(perItem), near);
      expect(result.kind).toBe(`bound with k = ${k}`);
      expectClose(result.extras!.elbo_nll!, -Number(expected.elbo_monte_carlo_mean), near);
      expectClose(result.extras!.gap_to_elbo!, result.extras!.elbo_nll! - result.value, near);
      expect(result.value).toBeLessThan(previous);
      previous = result.value;
    }
    const all = importanceBound(logWeights, logWeights.columns);
    expectClose(all.bound, numbersOf(expected.importance_estimate_all_samples), near);
    expectClose(all.elbo, numbersOf(expected.elbo_monte_carlo_per_x), near);
    expectClose(all.effectiveSampleSize, numbersOf(expected.effective_sample_size), near);
    const logLikelihood = Float64Array.from(exact);
    const exactNll = applyMetric(nll, { logLikelihood });
    expectClose(exactNll.value, -Number(expected.exact_log_px_mean), near);
    const dimensions = tensorOf(goldenCase('likelihood-vae', name).inputs.x).shape[1]!;
    expectClose(
      applyMetric(bitsPerDim, { logLikelihood }, { dimensions }).perItem!.bits_per_dim!,
      numbersOf(expected.bits_per_dim_from_exact),
      near,
    );
  });

  test('bits-per-dim-arithmetic', () => {
    const { inputs, expected } = goldenCase('likelihood-vae', 'bits-per-dim-arithmetic');
    const logLikelihood = Float64Array.from(numbersOf(inputs.nll_nats), (value) => -value);
    const dimensions = Number(inputs.dimensions);
    const plain = applyMetric(bitsPerDim, { logLikelihood }, { dimensions });
    expectClose(plain.perItem!.bits_per_dim!, numbersOf(expected.bits_per_dim), near);
    expectClose(plain.value, average(numbersOf(expected.bits_per_dim)), near);
    const scaled = applyMetric(bitsPerDim, { logLikelihood }, { dimensions, levels: 256 });
    expectClose(scaled.perItem!.bits_per_dim!, numbersOf(expected.bits_per_dim_scaled_256), near);
  });
});
