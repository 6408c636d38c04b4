/** Alpha-precision: one minus the deviation of a support curve from the diagonal. */
import { alaa2022 } from './authpct.ts';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { closenessToDiagonal, curveOptions, sharedSupportCurves } from './support-curves.ts';

export const alphaPrecision = defineMetric({
  name: 'alpha_precision',
  title: 'Alpha-precision',
  summary:
    'How closely the samples fill the balls around the real mean that hold each share of the real data; 1 when they fill them alike.',
  unit: 'score',
  direction: 'higher',
  range: [-1, 1],
  version: 1,
  citations: [alaa2022],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: curveOptions,
  compute(inputs, options, context) {
    const { alphas, precision } = sharedSupportCurves(inputs, options, context);
    return { value: closenessToDiagonal(alphas, precision) };
  },
});
