import { describe, expect, test } from 'vitest';
import {
  clusterFrom,
  divergenceCurve,
  frontierIntegral,
  histogram,
  klDivergence,
  mauveOf,
  quantise,
} from '../../src/metrics/mauve.ts';
import { concatenateRows } from '../../src/numeric/matrix.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, goldenCases, hasGolden, matrixOf, numbersOf } from './golden-file.ts';

const near = { relative: 1e-8, absolute: 1e-12 };
const histograms = () => [...goldenCases('mauve').keys()].filter((name) => name !== 'from-features');

describe.skipIf(!hasGolden('mauve'))('mauve against krishnap25/mauve', () => {
  test.each(hasGolden('mauve') ? histograms() : [])('%s', (name) => {
    const { inputs, options, expected } = goldenCase('mauve', name);
    const [p, q] = [numbersOf(inputs.p), numbersOf(inputs.q)];
    const points = Number(options.divergence_curve_discretization_size);
    const scale = Number(options.mauve_scaling_factor);
    expectClose(mauveOf(p, q, points, scale), Number(expected.mauve), near);
    expectClose(frontierIntegral(p, q), Number(expected.frontier_integral), near);
    expectClose(divergenceCurve(p, q, points, scale).flat(), numbersOf(expected.divergence_curve), near);
    expectClose(klDivergence(p, q), Number(expected.kl_p_q), near);
    expectClose(klDivergence(q, p), Number(expected.kl_q_p), near);
  });

  test('from-features', () => {
    const { inputs, options, expected } = goldenCase('mauve', 'from-features');
    const [real, generated] = [matrixOf(inputs.p_features), matrixOf(inputs.q_features)];
    const bins = Number(options.num_buckets);
    const { labels, dimensions } = quantise(
      concatenateRows([generated, real]),
      Number(options.kmeans_explained_var),
      clusterFrom(numbersOf(inputs.initial_centroid_rows)),
    );
    expect(dimensions).toBe(expected.pca_dimensions);
    expect([...labels]).toEqual(numbersOf(expected.labels));
    for (const [suffix, added] of [
      ['', 0],
      ['_star', 0.5],
    ] as const) {
      const p = histogram(labels.subarray(generated.rows), bins, added);
      const q = histogram(labels.subarray(0, generated.rows), bins, added);
      if (added === 0) {
        expectClose(p, numbersOf(expected.p_hist), near);
        expectClose(q, numbersOf(expected.q_hist), near);
      }
      expectClose(mauveOf(p, q), Number(expected[`mauve${suffix}`]), near);
      expectClose(frontierIntegral(p, q), Number(expected[`frontier_integral${suffix}`]), near);
    }
  });
});
