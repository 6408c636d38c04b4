/** Recall of generated features with respect to real ones, by nearest-neighbour balls. */
import { z } from 'zod';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { ballOptions, kynkaanniemi2019, sharedPrdc } from './prdc.ts';

export const recall = defineMetric({
  name: 'recall',
  title: 'Recall',
  summary: 'Share of real examples that lie where generated examples are: diversity.',
  unit: 'share',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [kynkaanniemi2019],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z.object(ballOptions),
  compute: (inputs, options, context) => ({ value: sharedPrdc(inputs, options, context).recall }),
});
