import { describe, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { cmmd } from '../../src/metrics/cmmd.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, goldenCases, hasGolden, matrixOf } from './golden-file.ts';

describe.skipIf(!hasGolden('cmmd'))('cmmd against google-research', () => {
  test.each(hasGolden('cmmd') ? [...goldenCases('cmmd').keys()] : [])('%s', (name) => {
    const { inputs, options, expected } = goldenCase('cmmd', name);
    const sets = { real: matrixOf(inputs.x), generated: matrixOf(inputs.y) };
    const given =
      options.sigma === undefined ? {} : { sigma: Number(options.sigma), scale: Number(options.scale) };
    expectClose(applyMetric(cmmd, sets, given).value, Number(expected.cmmd), { absolute: 1e-8 });
  });
});
