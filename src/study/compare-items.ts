import { comparePaired, type PairedResult } from '../statistics/compare-paired.ts';
import type { Measurement } from './measurement.ts';
import { comparable } from './measurement-key.ts';

/** One checkpoint's likelihood of a test set: the number in the table, and what it is a mean of. */
export interface ItemLikelihood {
  readonly label: string;
  /** `nll` or `bits_per_byte` on the target's test part. */
  readonly measurement: Measurement;
  /** Negative log-likelihood of each item, nats. */
  readonly items: readonly number[];
}

/** One checkpoint against the first, item by item. */
export interface ItemComparison {
  readonly label: string;
  readonly reference: string;
  readonly metric: string;
  readonly unit: string;
  readonly items: number;
  /** Label minus reference. */
  readonly meanDifference: number;
  /** Paired t interval over items at Holm's level; null where items do not differ in their differences. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly adjustedP: number | null;
  readonly verdict: PairedResult['verdict'];
}

/**
 * Each checkpoint against the first: paired differences of the negative log-likelihood of the same items, with a t
 * interval and Holm's adjustment over the comparisons. The items are the sampling unit, so that a claim holds for these
 * checkpoints on data like these, and says nothing of how they were trained: that varies with seeds, which one
 * checkpoint has none of. Those whose likelihood is not on the first one's scale are left out.
 */
export function compareItems(models: readonly ItemLikelihood[]): ItemComparison[] {
  const [reference, ...others] = models;
  if (reference === undefined) return [];
  const { measurement, items } = reference;
  const alike = others.filter(
    (other) => comparable(measurement, other.measurement) && other.items.length === items.length,
  );
  if (alike.length === 0 || items.length === 0) return [];
  const scale = perItem(measurement, items.length);
  const { results } = comparePaired(
    alike.map((other, i) => ({
      // Labels may occur twice; their places do not.
      label: String(i),
      differences: other.items.map((value, at) => (value - items[at]!) * scale),
    })),
    { direction: measurement.direction, mostSeeds: 0 },
  );
  return results.map(({ meanDifference, interval, adjustedP, verdict }, i) => ({
    label: alike[i]!.label,
    reference: reference.label,
    metric: measurement.metric,
    unit: measurement.unit,
    items: items.length,
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
