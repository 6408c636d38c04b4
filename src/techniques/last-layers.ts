import { GraftError } from '../errors.ts';
import type { TechniqueContext } from './technique.ts';

/** The number of layers between input and output: of the deepest player, where there are several. */
export const depthOf = ({ model }: TechniqueContext): number =>
  Math.max(...model.players.map(({ layers }) => layers.length));

/**
 * The `count` layers nearest to the output, in the model's order. Where there are several players, those of each: a
 * GAN's generator has its output at the image, its discriminator at the judgement. A player with fewer layers has all
 * of them in.
 */
export function lastLayers(context: TechniqueContext, count: number): readonly string[] {
  const { model } = context;
  const depth = depthOf(context);
  if (count > depth)
    throw new GraftError('invalid-value', {
      what: 'number of last layers',
      received: count,
      allowed: `1 to ${depth}: this ${model.family} has the layers ${model.players.map(({ layers }) => layers.join(', ')).join('; ')}`,
    });
  const last = new Set(model.players.flatMap(({ layers }) => layers.slice(-count)));
  return model.layers.filter((layer) => last.has(layer));
}
