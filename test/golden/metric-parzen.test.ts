import { describe, expect, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { bestWidth, parzen, parzenLogLikelihood } from '../../src/metrics/parzen.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, goldenCases, hasGolden, matrixOf, numbersOf } from './golden-file.ts';

const near = { relative: 1e-10 };

describe.skipIf(!hasGolden('parzen'))('Parzen windows against goodfeli/adversarial', () => {
  test.each(hasGolden('parzen') ? [...goldenCases('parzen').keys()] : [])('%s', (name) => {
    const { inputs, expected } = goldenCase('parzen', name);
    const generated = matrixOf(inputs.samples);
    const items = matrixOf(inputs.x);
    const sigmas = numbersOf(inputs.sigmas);
    const all = sigmas.flatMap((sigma) => [...parzenLogLikelihood(generated, items, sigma)]);
    expectClose(all, numbersOf(expected.log_likelihood), near);
    if (expected.mean === undefined) return;
    sigmas.forEach((sigma, i) => {
      const { value, standardError } = applyMetric(parzen, { test: items, generated }, { sigma });
      expectClose(value, numbersOf(expected.mean)[i]!, near);
      expectClose(standardError!, numbersOf(expected.standard_error)[i]!, near);
    });
    expect(bestWidth(generated, items, sigmas)).toBe(expected.best_sigma);
  });
});
