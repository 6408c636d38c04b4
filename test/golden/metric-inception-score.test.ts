import { describe, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { inceptionScore } from '../../src/metrics/inception-score.ts';
import { logSoftmax } from '../../src/numeric/log-sum-exp.ts';
import { type Matrix, matrix, rowOf } from '../../src/numeric/matrix.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, hasGolden, matrixOf } from './golden-file.ts';

const near = { relative: 1e-10, absolute: 1e-12 };

function softmax(logits: Matrix): Matrix {
  const rows = Array.from({ length: logits.rows }, (_, i) => logSoftmax(rowOf(logits, i)).map(Math.exp));
  return matrix(
    logits.rows,
    logits.columns,
    rows.flatMap((row) => [...row]),
  );
}

describe.skipIf(!hasGolden('inception-score'))('inception score against torch-fidelity and dgm-eval', () => {
  test.each(['ten-splits', 'uneven-splits', 'single-split'])('%s', (name) => {
    const { inputs, options, expected } = goldenCase('inception-score', name);
    const probabilities = softmax(matrixOf(inputs.logits));
    const splits = Number(options.splits);
    const spread = applyMetric(inceptionScore, { probabilities }, { splits });
    expectClose(spread.value, Number(expected.is_mean_torch_fidelity), near);
    expectClose(spread.extras!.std!, Number(expected.is_std_torch_fidelity), near);
    const drop = applyMetric(inceptionScore, { probabilities }, { splits, remainder: 'drop' });
    expectClose(drop.value, Number(expected.is_mean_classic), near);
    expectClose(drop.extras!.std!, Number(expected.is_std_classic), near);
  });

  test.each(['probabilities-with-zeros', 'uniform-is-one'])('%s', (name) => {
    const { inputs, expected } = goldenCase('inception-score', name);
    const { value } = applyMetric(inceptionScore, { probabilities: matrixOf(inputs.probabilities) });
    expectClose(value, Number(expected.is_mean_classic), near);
  });
});
