import type { DataSet } from '../data/data-set.ts';
import { standardDeviation } from '../numeric/covariance.ts';
import type { Measurement } from './measurement.ts';
import { samplingUnits, unitsText, unitValues } from './sampling-units.ts';

/** The likelihood of a set item by item, nats, with the items where they are known. */
export interface SetCosts {
  readonly on: string;
  readonly split: string;
  readonly costs: Float64Array;
  set?: Pick<DataSet, 'count' | 'groups' | 'groupNoun'>;
}

/**
 * Measurements whose standard errors are taken over groups where a set has groups, for items of one group are alike:
 * a standard error over items would be too small. With one group there is none. Everything else is as it was.
 */
export function overGroups(
  measurements: readonly Measurement[],
  likelihoods: readonly SetCosts[],
): Measurement[] {
  return measurements.map((m) => {
    const { standardError, ...rest } = m;
    const found = likelihoods.find(({ on, split }) => on === m.on && split === m.split);
    // Samples are drawn one by one; only likelihoods are means over items.
    if (standardError === undefined || m.generated !== undefined || found?.set?.groups === undefined)
      return m;
    const { costs, set } = found;
    const units = samplingUnits(set, false);
    if (units.count < 2) return rest;
    const items = standardDeviation(costs, 1) / Math.sqrt(costs.length);
    if (items === 0) return m;
    const error = standardDeviation(unitValues(costs, units), 1) / Math.sqrt(units.count);
    // In the measurement's own unit: bits per dimension are a multiple of nats.
    return { ...rest, standardError: (standardError * error) / items, standardErrorOver: unitsText(units) };
  });
}
