import { describe, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { internalDiversity, vendi, vendiOfKernel } from '../../src/metrics/vendi.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, hasGolden, matrixOf, numbersOf } from './golden-file.ts';

const near = { relative: 1e-9 };

describe.skipIf(!hasGolden('vendi'))('vendi against vertaix/Vendi-Score', () => {
  test('cosine-from-features', () => {
    const { inputs, expected } = goldenCase('vendi', 'cosine-from-features');
    const generated = matrixOf(inputs.features);
    const { value, extras } = applyMetric(vendi, { generated });
    expectClose(value, Number(expected.vendi_score_X), near);
    expectClose(value, Number(expected.vendi_score_dual), near);
    expectClose(extras!.internal_diversity!, Number(expected.intdiv), near);
    expectClose(applyMetric(vendi, { generated }, { q: 2 }).value, Number(expected.vendi_dual_q2), near);
  });

  test('each-row-three-times', () => {
    const { inputs, expected } = goldenCase('vendi', 'each-row-three-times');
    const { value } = applyMetric(vendi, { generated: matrixOf(inputs.features) });
    expectClose(value, Number(expected.vendi_score_X), near);
  });

  test('kernel-matrix', () => {
    const { inputs, expected } = goldenCase('vendi', 'kernel-matrix');
    const kernel = matrixOf(inputs.K);
    const weights = numbersOf(inputs.p);
    expectClose(vendiOfKernel(kernel), Number(expected.q1), near);
    expectClose(vendiOfKernel(kernel, { q: 0.5 }), Number(expected.q0_5), { relative: 1e-6 });
    expectClose(vendiOfKernel(kernel, { q: 2 }), Number(expected.q2), near);
    expectClose(vendiOfKernel(kernel, { q: Infinity }), Number(expected.q_inf), near);
    expectClose(vendiOfKernel(kernel, { weights }), Number(expected.q1_weighted), near);
    expectClose(internalDiversity(kernel), Number(expected.intdiv), near);
    expectClose(internalDiversity(kernel, weights), Number(expected.intdiv_weighted), near);
  });

  test('identity, all-identical, unnormalised-kernel', () => {
    const identity = goldenCase('vendi', 'identity');
    for (const [q, key] of [
      [1, 'q1'],
      [2, 'q2'],
      [Infinity, 'q_inf'],
    ] as const)
      expectClose(vendiOfKernel(matrixOf(identity.inputs.K), { q }), Number(identity.expected[key]), near);
    const same = goldenCase('vendi', 'all-identical');
    expectClose(vendiOfKernel(matrixOf(same.inputs.K)), Number(same.expected.q1), near);
    const raw = goldenCase('vendi', 'unnormalised-kernel');
    expectClose(vendiOfKernel(matrixOf(raw.inputs.K), { normalise: true }), Number(raw.expected.q1), near);
  });
});
