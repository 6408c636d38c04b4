import { comparePaired, type PairedResult } from '../statistics/compare-paired.ts';
import type { Measurement } from './measurement.ts';
import { comparable } from './measurement-key.ts';
import { type SamplingUnits, unitValues } from './sampling-units.ts';

/** One checkpoint's likelihood of a test set: the number in the table, and what it is a mean of. */
export interface ItemLikelihood {
  readonly label: string;
  /** `nll` or `bits_per_byte` on the target's test part. */
  readonly measurement: Measurement;
  /** Negative log-likelihood of each item, nats. */
  readonly items: readonly number[];
  /** Which items are alike, so that they count as one. */
  readonly units: SamplingUnits;
}

/** One checkpoint against the first, item by item. */
export interface ItemComparison {
  readonly label: string;
  readonly reference: string;
  readonly metric: string;
  readonly unit: string;
  readonly items: number;
  /** What was drawn independently, and how many of them: the sample size of the interval. */
  readonly sampled: { readonly noun: string; readonly count: number };
  /** Label minus reference. */
  readonly meanDifference: number;
  /** Paired t interval over the sampling units at Holm's level; null where these do not differ in their differences. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly adjustedP: number | null;
  readonly verdict: PairedResult['verdict'];
}

/**
 * Each checkpoint against the first: paired differences of the negative log-likelihood of the same items, with a t
 * interval and Holm's adjustment over the comparisons. The sampling unit is what was drawn independently: items, groups
 * of items that are alike, or blocks of neighbouring windows of running text (`samplingUnits`); a claim holds for these
 * checkpoints on data like these, and says nothing of how they were trained: that varies with seeds, which one
 * checkpoint has none of. With one unit nothing is claimed. Those whose likelihood is not on the first one's scale are
 * left out, as are those of other units.
 */
export function compareItems(models: readonly ItemLikelihood[]): ItemComparison[] {
  const [reference, ...others] = models;
  if (reference === undefined) return [];
  const { measurement, items, units } = reference;
  const alike = others.filter(
    (other) =>
      comparable(measurement, other.measurement) &&
      other.items.length === items.length &&
      other.units.of.every((unit, i) => unit === units.of[i]),
  );
  if (alike.length === 0 || items.length === 0) return [];
  const scale = perItem(measurement, items.length);
  const { results } = comparePaired(
    alike.map((other, i) => ({
      // Labels may occur twice; their places do not.
      label: String(i),
      differences: unitValues(
        other.items.map((value, at) => (value - items[at]!) * scale),
        units,
      ),
    })),
    { direction: measurement.direction, mostSeeds: 0 },
  );
  return results.map(({ meanDifference, interval, adjustedP, verdict }, i) => ({
    label: alike[i]!.label,
    reference: reference.label,
    metric: measurement.metric,
    unit: measurement.unit,
    items: items.length,
    sampled: { noun: units.noun, count: units.count },
    meanDifference,
    interval,
    adjustedP,
    verdict,
  }));
}

/** What turns the mean of items in nats into the measurement's unit. */
function perItem({ metric, extras }: Measurement, count: number): number {
  return metric === 'bits_per_byte' ? count / (extras!.bytes! * Math.LN2) : 1;
}
