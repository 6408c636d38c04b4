/** Beta-recall: one minus the deviation of a support curve from the diagonal. */
import { alaa2022 } from './authpct.ts';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { closenessToDiagonal, curveOptions, sharedSupportCurves } from './support-curves.ts';

export const betaRecall = defineMetric({
  name: 'beta_recall',
  title: 'Beta-recall',
  summary:
    'How evenly real examples have samples near them, over all parts of the generated distribution; 1 when they do.',
  unit: 'score',
  direction: 'higher',
  range: [-1, 1],
  version: 1,
  citations: [alaa2022],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: curveOptions,
  compute(inputs, options, context) {
    const { alphas, recall } = sharedSupportCurves(inputs, options, context);
    return { value: closenessToDiagonal(alphas, recall) };
  },
});
