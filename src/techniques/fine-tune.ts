import { z } from 'zod';
import { defineTechnique } from './technique.ts';
import { yosinski2014 } from './yosinski-2014.ts';

/** All layers go on training from the checkpoint. */
export const fineTune = defineTechnique({
  title: 'Fine-tuning',
  summary: 'All layers of the pre-trained model are trained on the target data.',
  version: 1,
  options: z.strictObject({}),
  citations: [yosinski2014],
  trains: true,
  fill: ({ model }) => ({
    start: 'checkpoint',
    stages: [{ name: 'all layers', layers: model.layers, length: { kind: 'share', share: 1 } }],
  }),
});
