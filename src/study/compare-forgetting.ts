import type { Interval } from '../statistics/alternative.ts';
import { summarize } from '../statistics/summarize.ts';
import { oneSampleTTest } from '../statistics/t-test.ts';
import { pairUp } from './pair-up.ts';
import { type Place, places, type TrialTable } from './trial-table.ts';

/** What adapting did to the model on its source data. */
export interface Forgetting extends Place {
  readonly metric: string;
  readonly unit: string;
  readonly direction: 'lower' | 'higher';
  /** Label of the technique that adapts nothing. */
  readonly unchanged: string;
  readonly seeds: readonly number[];
  readonly measurements: readonly string[];
  /** Mean on the source's test data. */
  readonly mean: number;
  /** Mean of technique minus unchanged model. */
  readonly change: number;
  /** t interval of the change alone, paired by seed: descriptive, outside the stated family. */
  readonly interval: Interval | null;
}

/** Change on the source's test data against the unchanged model, in the primary metric or else in the first one measured there. */
export function compareForgetting(table: TrialTable, primary: string, confidence: number): Forgetting[] {
  const unchanged = table.matrix.techniques.find(({ trains }) => !trains);
  if (unchanged === undefined) return [];
  const onSource = table.trials.flatMap(({ result }) =>
    result.measurements.filter(({ on }) => on === 'source'),
  );
  const metric = onSource.find((m) => m.metric === primary)?.metric ?? onSource[0]?.metric;
  if (metric === undefined) return [];
  return places(table.matrix).flatMap((place) => {
    if (place.technique === unchanged.label) return [];
    const before = table.values({ ...place, technique: unchanged.label }, metric, 'source');
    const pairs = pairUp(table.values(place, metric, 'source'), before);
    if (pairs.length === 0) return [];
    const changes = pairs.map(([a, b]) => a.value - b.value);
    const { unit, direction } = pairs[0]![0].measurement;
    return [
      {
        ...place,
        metric,
        unit,
        direction,
        unchanged: unchanged.label,
        seeds: pairs.map(([a]) => a.seed),
        measurements: pairs.flatMap(([a, b]) => [a.id, b.id]),
        mean: summarize(pairs.map(([a]) => a.value)).mean,
        change: summarize(changes).mean,
        interval: changes.length < 2 ? null : oneSampleTTest(changes, 0, { confidence }).interval,
      },
    ];
  });
}
