import { decimalsFor, formatNumber, formatSignificant } from '../study/format-number.ts';
import type { ColumnSummary, MetricColumn, MetricTable } from './metric-columns.ts';
import { metricLabel, type ReportData } from './report-data.ts';

/** A technique's mean in a metric, in words. */
export interface MetricCell {
  readonly mean: string;
  /** '± 1.2': half of the t interval over seeds. */
  readonly spread: string | null;
  /** The best mean of the row, without any claim. */
  readonly best: boolean;
}

/** A metric on a data set: one cell for each technique, null where none of its trials has it. */
export interface MetricRow {
  /** '↓ Negative log-likelihood, nats per image'. */
  readonly label: string;
  /** On what and with which options and network. */
  readonly facts: string;
  readonly cells: readonly (MetricCell | null)[];
  readonly items: string;
}

/** All that was measured of one model at one budget. */
export function metricRows(
  { techniques, comparison }: ReportData,
  table: MetricTable,
  { model, budget }: { readonly model: string; readonly budget: number },
): MetricRow[] {
  const confidence = comparison?.confidence ?? 0.95;
  return table.columns.flatMap((column) => {
    const found = techniques.map(({ label }) =>
      table.summary(column, { model, technique: label, budget }, confidence),
    );
    return found.every((one) => one === undefined) ? [] : [metricRow(column, found)];
  });
}

function metricRow(column: MetricColumn, found: readonly (ColumnSummary | undefined)[]): MetricRow {
  const { description, example, where } = column;
  const known = found.filter((one) => one !== undefined);
  const decimals = decimalsFor(
    known.map(({ mean }) => mean),
    known.map(({ low, high }) => (low === null || high === null ? null : (high - low) / 2)),
  );
  const sign = description.direction === 'lower' ? 1 : -1;
  const best = known.map(({ mean }) => mean).sort((a, b) => sign * (a - b))[0];
  const options = Object.entries(example.options ?? {}).map(([name, value]) => `${name} = ${value}`);
  const facts = [
    where,
    // The number of importance samples says by itself that it is such a bound.
    ...(example.kind === undefined || example.options?.k !== undefined ? [] : [example.kind]),
    ...options,
    ...(example.features === undefined ? [] : [`features: ${example.features.network}`]),
    ...(example.extras?.real === undefined ? [] : [`of real ones ${formatSignificant(example.extras.real)}`]),
  ];
  const sizes = [
    ...(example.real === undefined ? [] : [`${range(known, 'real')} real`]),
    ...(example.generated === undefined ? [] : [`${range(known, 'generated')} generated`]),
  ];
  return {
    label: `${description.direction === 'lower' ? '↓' : '↑'} ${metricLabel(description)}`,
    facts: facts.join(', '),
    cells: found.map((one) => {
      if (one === undefined) return null;
      const half = one.low === null || one.high === null ? null : (one.high - one.low) / 2;
      return {
        mean: formatNumber(one.mean, decimals),
        spread: half === null ? null : `± ${formatNumber(half, decimals)}`,
        best: one.mean === best && known.length > 1,
      };
    }),
    items: sizes.join(', '),
  };
}

/** '1,000', or '18 to 20' where trials differ. */
function range(found: readonly ColumnSummary[], which: 'real' | 'generated'): string {
  const counts = found.flatMap(({ values }) => values.flatMap(({ measurement }) => measurement[which] ?? []));
  const [low, high] = [Math.min(...counts), Math.max(...counts)];
  return low === high ? formatNumber(low, 0) : `${formatNumber(low, 0)} to ${formatNumber(high, 0)}`;
}
