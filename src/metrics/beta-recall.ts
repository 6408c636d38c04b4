/** Beta-recall: one minus the deviation of a support curve from the diagonal. */
import { z } from 'zod';
import { alaa2022 } from './authpct.ts';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { integer } from './options.ts';
import { closenessToDiagonal, supportCurves } from './support-curves.ts';

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
  options: z.object({ steps: integer(30, 2).describe('points on the curve') }),
  compute({ real, generated }, { steps }, context) {
    const { alphas, recall } = context.share(`support curves steps=${steps}`, [real, generated], () =>
      supportCurves(real, generated, steps),
    );
    return { value: closenessToDiagonal(alphas, recall) };
  },
});
