import { z } from 'zod';
import { lastLayers } from './last-layers.ts';
import { defineTechnique } from './technique.ts';
import { yosinski2014 } from './yosinski-2014.ts';

/** The pre-trained layers serve as they are; only the last is trained on top of them. */
export const featureExtraction = defineTechnique({
  title: 'Feature extraction',
  summary: 'All layers are frozen but the last, which is trained on the target data.',
  version: 1,
  options: z.strictObject({
    layers: z.int().min(1).default(1).describe('how many layers, counted from the output, are trained'),
  }),
  citations: [yosinski2014],
  trains: true,
  fill: (context, { layers }) => {
    const trained = lastLayers(context, layers);
    return {
      start: 'checkpoint',
      untie: context.model.untied !== undefined && !trained.includes(context.model.layers[0]!),
      stages: [{ name: trained.join(', '), layers: trained, length: { kind: 'share', share: 1 } }],
    };
  },
});
