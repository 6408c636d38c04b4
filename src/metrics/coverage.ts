/** Coverage of generated features with respect to real ones, by nearest-neighbour balls. */
import { z } from 'zod';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { ballOptions, naeem2020, sharedPrdc } from './prdc.ts';

export const coverage = defineMetric({
  name: 'coverage',
  title: 'Coverage',
  summary:
    'Share of real examples that have a generated one in their neighbourhood: diversity that an outlier cannot raise.',
  unit: 'share',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [naeem2020],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z.object(ballOptions),
  compute: (inputs, options, context) => ({ value: sharedPrdc(inputs, options, context).coverage }),
});
