import { GraftError } from '../errors.ts';
import type { TechniqueContext } from './technique.ts';

/** The `count` layers nearest to the output. */
export function lastLayers({ model }: TechniqueContext, count: number): readonly string[] {
  if (count > model.layers.length)
    throw new GraftError('invalid-value', {
      what: 'number of last layers',
      received: count,
      allowed: `1 to ${model.layers.length}: this ${model.family} has the layers ${model.layers.join(', ')}`,
    });
  return model.layers.slice(-count);
}
