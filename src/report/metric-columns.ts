import { summarize } from '../statistics/summarize.ts';
import { oneSampleTTest } from '../statistics/t-test.ts';
import { decimalsFor } from '../study/format-number.ts';
import type { Measurement } from '../study/measurement.ts';
import { measurementId, measurementKey } from '../study/measurement-key.ts';
import { type Place, trialTable } from '../study/trial-table.ts';
import type { MetricDescription, ReportData } from './report-data.ts';

/** One thing that was measured in many trials: a metric on a data set and split, with its options. */
export interface MetricColumn {
  readonly key: string;
  readonly description: MetricDescription;
  /** One of its measurements: what it says of options, network and representation holds for all. */
  readonly example: Measurement;
  /** 'target test set', 'target training set', 'source test set', 'glyphs/serif test set'. */
  readonly where: string;
}

/** One trial's number in a column. */
export interface ColumnValue {
  readonly seed: number;
  readonly value: number;
  readonly id: string;
  readonly measurement: Measurement;
}

/** Mean of a column over the seeds of a place. */
export interface ColumnSummary {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly values: readonly ColumnValue[];
}

/** Order of columns: held-out target, rest of the target, source, data never trained on. */
function place({ example: { on, split } }: MetricColumn): number {
  if (on === 'target') return split === 'test' ? 0 : 1;
  return on === 'source' ? 2 : 3;
}

/** All that was measured, column by column, with access to the values of each place of the matrix. */
export class MetricTable {
  readonly columns: readonly MetricColumn[];
  private readonly table: ReturnType<typeof trialTable>;
  private readonly seeds: readonly number[];
  /** Models that a column was measured of, by its key. */
  private readonly models = new Map<string, Set<string>>();

  constructor({ trials, matrix, metrics }: Pick<ReportData, 'trials' | 'matrix' | 'metrics'>) {
    this.table = trialTable(matrix, trials);
    this.seeds = matrix.seeds;
    const columns = new Map<string, MetricColumn>();
    for (const { result } of trials)
      for (const example of result.measurements) {
        const key = measurementKey(example);
        this.models.set(key, (this.models.get(key) ?? new Set()).add(result.cell.model));
        const description = metrics.find(({ name }) => name === example.metric);
        if (description === undefined || columns.has(key)) continue;
        const split =
          { train: 'training', validation: 'validation' }[example.split ?? ''] ?? example.split ?? '';
        columns.set(key, {
          key,
          description,
          example,
          where: `${example.on} ${split} set`.replace('  ', ' '),
        });
      }
    this.columns = [...columns.values()].sort((a, b) => place(a) - place(b));
  }

  /** Whether the model has numbers in the column: likelihoods of two families may differ in kind and options. */
  isOf({ key }: MetricColumn, model: string): boolean {
    return this.models.get(key)?.has(model) === true;
  }

  /** The column of a metric on a data set, of one model or of any; of the test split where there are several. */
  column(metric: string, on: string, model?: string, split = 'test'): MetricColumn | undefined {
    const found = this.columns.filter(
      (column) =>
        column.example.metric === metric &&
        column.example.on === on &&
        (model === undefined || this.isOf(column, model)),
    );
    return found.find(({ example }) => example.split === split) ?? (split === 'test' ? found[0] : undefined);
  }

  values({ key }: MetricColumn, place: Place): ColumnValue[] {
    return this.seeds.flatMap((seed) => {
      const trial = this.table.trial(place, seed);
      const measurement = trial?.result.measurements.find((m) => measurementKey(m) === key);
      if (trial === undefined || measurement === undefined || !Number.isFinite(measurement.value)) return [];
      return [{ seed, value: measurement.value, id: measurementId(trial.step, measurement), measurement }];
    });
  }

  /** Undefined where no trial of the place has the metric. */
  summary(column: MetricColumn, place: Place, confidence = 0.95): ColumnSummary | undefined {
    const values = this.values(column, place);
    if (values.length === 0) return undefined;
    const numbers = values.map(({ value }) => value);
    const { mean } = summarize(numbers);
    // One trial that stands for all seeds, or a metric that does not vary over them, has no spread to speak of.
    const spread = new Set(values.map(({ id }) => id)).size > 1;
    const interval = spread ? oneSampleTTest(numbers, 0, { confidence }).interval : null;
    return { mean, low: interval?.low ?? null, high: interval?.high ?? null, values };
  }

  /** Decimals for a column over all its places. */
  decimals(column: MetricColumn, places: readonly Place[]): number {
    const found = places.flatMap((place) => this.summary(column, place) ?? []);
    return decimalsFor(
      found.map(({ mean }) => mean),
      found.map(({ low, high }) => (low === null || high === null ? null : (high - low) / 2)),
    );
  }
}
