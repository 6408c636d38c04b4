import { describe, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { metrics } from '../../src/metrics/index.ts';
import { computePrdc } from '../../src/metrics/prdc.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, goldenCases, hasGolden, matrixOf, numbersOf } from './golden-file.ts';

const names = (file: string) => (hasGolden(file) ? [...goldenCases(file).keys()] : []);

describe.skipIf(!hasGolden('prdc'))('precision, recall, density, coverage against prdc and dgm-eval', () => {
  test.each(names('prdc'))('%s', (name) => {
    const { inputs, options, expected } = goldenCase('prdc', name);
    const sets = { real: matrixOf(inputs.real), generated: matrixOf(inputs.fake) };
    const k = Number(options.nearest_k);
    for (const metric of ['precision', 'recall', 'density', 'coverage'] as const)
      expectClose(applyMetric(metrics[metric], sets, { k }).value, Number(expected[metric]), {
        absolute: 1e-12,
      });
    const { realRadii, generatedRadii } = computePrdc(sets.real, sets.generated, k);
    expectClose(realRadii.map(Math.sqrt), numbersOf(expected.real_radii), {
      relative: 1e-9,
      absolute: 1e-12,
    });
    expectClose(generatedRadii.map(Math.sqrt), numbersOf(expected.fake_radii), {
      relative: 1e-9,
      absolute: 1e-12,
    });
  });
});

describe.skipIf(!hasGolden('improved-precision-recall'))(
  'improved precision and recall against the authors’ code',
  () => {
    test.each(names('improved-precision-recall'))('%s', (name) => {
      const { inputs, options, expected } = goldenCase('improved-precision-recall', name);
      const sets = { real: matrixOf(inputs.real), generated: matrixOf(inputs.fake) };
      (options.nhood_sizes as number[]).forEach((k, i) => {
        const { precision, recall } = computePrdc(sets.real, sets.generated, k, 'inside');
        expectClose(precision, numbersOf(expected.precision)[i]!, { absolute: 1e-6 });
        expectClose(recall, numbersOf(expected.recall)[i]!, { absolute: 1e-6 });
        expectClose(precision, numbersOf(expected.precision_torch_fidelity)[i]!, { absolute: 1e-6 });
        expectClose(recall, numbersOf(expected.recall_torch_fidelity)[i]!, { absolute: 1e-6 });
      });
    });
  },
);
