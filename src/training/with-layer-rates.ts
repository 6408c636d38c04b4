import type { Model } from '../models/model.ts';
import { layerwiseRates } from './schedules/layerwise-rates.ts';
import type { Stage } from './stage.ts';

/**
 * Stages with learning rates that fall from the output to the input, in each player of its own; factors that a stage
 * has stand in front of them.
 */
export function withLayerRates(
  stages: readonly Stage[],
  { players }: Pick<Model, 'players'>,
  decay: number | undefined,
): readonly Stage[] {
  if (decay === undefined) return stages;
  const rates = Object.fromEntries(
    players.flatMap(({ layers }) => {
      const factors = layerwiseRates(layers.length, decay);
      return layers.map((layer, i) => [layer, factors[i]!] as const);
    }),
  );
  return stages.map((stage) => ({ ...stage, rates: { ...rates, ...stage.rates } }));
}
