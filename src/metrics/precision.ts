/** Precision of generated features with respect to real ones, by nearest-neighbour balls. */
import { z } from 'zod';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { ballOptions, kynkaanniemi2019, sharedPrdc } from './prdc.ts';

export const precision = defineMetric({
  name: 'precision',
  title: 'Precision',
  summary: 'Share of generated examples that lie where real examples are: fidelity.',
  unit: 'share',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [kynkaanniemi2019],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z.object(ballOptions),
  compute: (inputs, options, context) => ({ value: sharedPrdc(inputs, options, context).precision }),
});
