/** Density of generated features with respect to real ones, by nearest-neighbour balls. */
import { z } from 'zod';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { ballOptions, naeem2020, sharedPrdc } from './prdc.ts';

export const density = defineMetric({
  name: 'density',
  title: 'Density',
  summary:
    'How densely real examples surround generated ones: fidelity that an outlier cannot raise; about 1 when both sets are alike.',
  unit: 'ratio',
  direction: 'higher',
  range: [0, Infinity],
  version: 1,
  citations: [naeem2020],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z.object(ballOptions),
  compute: (inputs, options, context) => ({ value: sharedPrdc(inputs, options, context).density }),
});
