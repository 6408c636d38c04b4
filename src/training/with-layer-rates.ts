import type { Model } from '../models/model.ts';
import { layerwiseRates } from './schedules/layerwise-rates.ts';
import type { Stage } from './stage.ts';

/** Stages with learning rates that fall from the output to the input; factors that a stage has stand in front of them. */
export function withLayerRates(
  stages: readonly Stage[],
  { layers }: Pick<Model, 'layers'>,
  decay: number | undefined,
): readonly Stage[] {
  if (decay === undefined) return stages;
  const factors = layerwiseRates(layers.length, decay);
  const rates = Object.fromEntries(layers.map((layer, i) => [layer, factors[i]!]));
  return stages.map((stage) => ({ ...stage, rates: { ...rates, ...stage.rates } }));
}
