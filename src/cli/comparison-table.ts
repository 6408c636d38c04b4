import type { Measurement } from '../study/measurement.ts';
import { comparable, measurementKey } from '../study/measurement-key.ts';
import { showNumber } from './show-number.ts';
import { tableText } from './table-text.ts';

/** One thing that is compared: a checkpoint, or a cell of a study with its seeds. */
export interface Contestant {
  readonly label: string;
  /** What it was measured on; only equal targets are compared. */
  readonly target: string;
  /** Measurements on the target, one list for each seed. */
  readonly runs: readonly (readonly Measurement[])[];
}

export interface ComparisonColumn {
  readonly key: string;
  readonly metric: string;
  readonly unit: string;
  readonly direction: 'lower' | 'higher';
  /** What the values are, beyond the metric: representation, N, feature network. */
  readonly basis: string;
}

export interface ComparisonCell {
  readonly mean: number;
  /** Standard deviation over seeds; null for one. */
  readonly deviation: number | null;
  readonly runs: number;
  readonly best: boolean;
}

export interface ComparisonBlock {
  readonly target: string;
  readonly columns: readonly ComparisonColumn[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly (ComparisonCell | null)[] }[];
}

/**
 * Contestants by target, with a column for every set of values that differ by the models alone: values on another
 * representation, with another number of items, k or feature network get a column of their own.
 */
export function compareContestants(
  contestants: readonly Contestant[],
  metrics: readonly string[],
): ComparisonBlock[] {
  const targets = [...new Set(contestants.map(({ target }) => target))];
  return targets.map((target) => {
    const here = contestants.filter((one) => one.target === target);
    const kept = (m: Measurement) =>
      m.on === 'target' &&
      (m.split !== 'train' || m.generated !== undefined) &&
      (metrics.length === 0 || metrics.includes(m.metric));
    const examples: Measurement[] = [];
    for (const { runs } of here)
      for (const m of runs.flat())
        if (kept(m) && !examples.some((known) => comparable(known, m))) examples.push(m);
    const columns = examples.map(columnOf);
    const table = here.map(({ label, runs }) => ({
      label,
      values: examples.map((example) =>
        runs.flatMap((run) =>
          run
            .filter((m) => comparable(example, m))
            .slice(0, 1)
            .map(({ value }) => value),
        ),
      ),
    }));
    const best = columns.map(({ direction }, c) => {
      const means = table.flatMap(({ values }) => (values[c]!.length === 0 ? [] : [meanOf(values[c]!)]));
      return direction === 'lower' ? Math.min(...means) : Math.max(...means);
    });
    return {
      target,
      columns,
      rows: table.map(({ label, values }) => ({
        label,
        cells: values.map((list, c) => (list.length === 0 ? null : cellOf(list, best[c]!))),
      })),
    };
  });
}

function columnOf(m: Measurement): ComparisonColumn {
  return {
    key: measurementKey(m),
    metric: m.metric,
    unit: m.unit,
    direction: m.direction,
    basis: [
      ...(m.kind === undefined ? [] : [m.kind]),
      ...(m.representation === undefined ? [] : [m.representation]),
      ...(m.features === undefined ? [] : [`features: ${m.features.network}`]),
      ...(m.real === undefined ? [] : [`${m.real} real`]),
      ...(m.generated === undefined ? [] : [`${m.generated} generated`]),
    ].join(', '),
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function cellOf(values: readonly number[], best: number): ComparisonCell {
  const mean = meanOf(values);
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return {
    mean,
    deviation: values.length < 2 ? null : Math.sqrt(variance),
    runs: values.length,
    best: mean === best,
  };
}

/** The blocks as text: `*` marks the best mean of a column, without any claim. */
export function comparisonText(blocks: readonly ComparisonBlock[]): string {
  return blocks
    .map(({ target, columns, rows }) => {
      const heads = columns.map(({ metric, direction }) => `${metric} ${direction === 'lower' ? '↓' : '↑'}`);
      const body = rows.map(({ label, cells }) => [label, ...cells.map(cellText)]);
      const basis = columns.map(
        ({ metric, unit, basis: what }) => `  ${metric}: ${unit}${what === '' ? '' : `; ${what}`}`,
      );
      return [
        `target ${target}`,
        tableText(
          ['', ...heads],
          body,
          columns.map((_, c) => c + 1),
        ),
        '',
        ...basis,
      ].join('\n');
    })
    .join('\n\n');
}

function cellText(cell: ComparisonCell | null): string {
  if (cell === null) return '–';
  const spread =
    cell.deviation === null ? '' : ` ± ${showNumber(Number(cell.deviation.toPrecision(2)))} (${cell.runs})`;
  return `${cell.best ? '* ' : ''}${showNumber(cell.mean)}${spread}`;
}
