import { z } from 'zod';
import { defineTechnique } from './technique.ts';

/** The pre-trained model as it is: what every adaptation must beat. */
export const sourceOnly = defineTechnique({
  title: 'Source only',
  summary: 'The pre-trained model, unchanged.',
  version: 1,
  options: z.strictObject({}),
  citations: [],
  trains: false,
  fill: () => ({ start: 'checkpoint', stages: [] }),
});
