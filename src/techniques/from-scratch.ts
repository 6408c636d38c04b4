import { z } from 'zod';
import { defineTechnique } from './technique.ts';

/** Fresh weights, trained on the target alone: what transfer must beat to be worth anything. */
export const fromScratch = defineTechnique({
  title: 'From scratch',
  summary: 'Fresh weights, all layers trained on the target data alone.',
  version: 1,
  options: z.strictObject({}),
  citations: [],
  trains: true,
  fill: ({ model }) => ({
    start: 'fresh',
    stages: [{ name: 'all layers', layers: model.layers, length: { kind: 'share', share: 1 } }],
  }),
});
