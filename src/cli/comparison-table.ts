import { GraftError } from '../errors.ts';
import type { Interval } from '../statistics/alternative.ts';
import { variance } from '../statistics/summarize.ts';
import { oneSampleTTest } from '../statistics/t-test.ts';
import { compareItems, type ItemComparison, type ItemLikelihood } from '../study/compare-items.ts';
import { formatSignificant } from '../study/format-number.ts';
import type { Measurement } from '../study/measurement.ts';
import { comparable, measurementKey } from '../study/measurement-key.ts';
import { areItems, type SamplingUnits, unitsText } from '../study/sampling-units.ts';
import { showNumber } from './show-number.ts';
import { tableText } from './table-text.ts';

/** Of intervals of means, as of those in reports. */
const CONFIDENCE = 0.95;

/** One thing that is compared: a checkpoint, or a cell of a study with its seeds. */
export interface Contestant {
  readonly label: string;
  /** What it was measured on; only equal targets are compared. */
  readonly target: string;
  /** Measurements on the target, one list for each seed. */
  readonly runs: readonly (readonly Measurement[])[];
  /** Negative log-likelihood of each test item, nats, of a checkpoint that has one. */
  readonly items?: readonly number[];
  /** Which of these are alike. */
  readonly units?: SamplingUnits;
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
  /** t interval of the mean over seeds, as in a study's report; null for one. */
  readonly interval: Interval | null;
  readonly runs: number;
  readonly best: boolean;
}

export interface ComparisonBlock {
  readonly target: string;
  /** What is not compared, and why. */
  readonly notes: readonly string[];
  /** Checkpoints against the first of them, item by item. */
  readonly paired: readonly ItemComparison[];
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
    const asked = (m: Measurement) => isCompared(m, metrics);
    const unlike = unlikeRepresentations(here, asked);
    if (unlike.size > 0 && metrics.length > 0) refuseUnlike([...unlike][0]!);
    const kept = (m: Measurement) => asked(m) && !unlike.has(m.metric);
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
      // One alone is no best, nor are equals.
      if (means.every((value) => value === means[0])) return undefined;
      return direction === 'lower' ? Math.min(...means) : Math.max(...means);
    });
    return {
      target,
      notes: [...unlike].map(
        ([metric, [first, second]]) =>
          `${metric} is left out: ${onWhat(first)} and ${onWhat(second)} have it on unlike representations of the data`,
      ),
      paired: compareItems(here.flatMap((one) => likelihoodOf(one, kept))),
      columns,
      rows: table.map(({ label, values }) => ({
        label,
        cells: values.map((list, c) => (list.length === 0 ? null : cellOf(list, best[c]))),
      })),
    };
  });
}

/** Measured on the target's test part, or on samples; not the likelihood of training items. */
const isCompared = (m: Measurement, metrics: readonly string[]): boolean =>
  m.on === 'target' &&
  (m.split !== 'train' || m.generated !== undefined) &&
  (metrics.length === 0 || metrics.includes(m.metric));

/** What was measured on what, of one contestant. */
interface Represented {
  readonly label: string;
  readonly representation: string;
}

/** The metrics that were measured on unlike representations of the data, with two contestants that show it. */
function unlikeRepresentations(
  here: readonly Contestant[],
  asked: (m: Measurement) => boolean,
): Map<string, readonly [Represented, Represented]> {
  const known = new Map<string, Represented>();
  const unlike = new Map<string, readonly [Represented, Represented]>();
  for (const { label, runs } of here)
    for (const { metric, representation } of runs.flat().filter(asked)) {
      if (representation === undefined) continue;
      const first = known.get(metric);
      if (first === undefined) known.set(metric, { label, representation });
      else if (first.representation !== representation && !unlike.has(metric))
        unlike.set(metric, [first, { label, representation }]);
    }
  return unlike;
}

const onWhat = ({ label, representation }: Represented): string => `'${label}' (on ${representation})`;

function refuseUnlike([metric, [first, second]]: [string, readonly [Represented, Represented]]): never {
  throw new GraftError('conflict', {
    first: `${metric} of ${onWhat(first)}`,
    second: `of ${onWhat(second)}`,
    reason:
      'they are on unlike representations of the data, so that their values cannot be compared; --metric names those that can, such as kid for images that both see alike and bits_per_byte for texts',
  });
}

/** A checkpoint's likelihood, where that is compared. */
function likelihoodOf(
  { label, runs, items, units }: Contestant,
  kept: (m: Measurement) => boolean,
): ItemLikelihood[] {
  const measurement = runs[0]
    ?.filter(kept)
    .find(({ metric, split }) => split === 'test' && (metric === 'nll' || metric === 'bits_per_byte'));
  return items === undefined || items.length === 0 || units === undefined || measurement === undefined
    ? []
    : [{ label, measurement, items, units }];
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

function cellOf(values: readonly number[], best: number | undefined): ComparisonCell {
  const mean = meanOf(values);
  const several = values.length > 1 && values.every(Number.isFinite);
  return {
    mean,
    deviation: several ? Math.sqrt(variance(values)) : null,
    interval: several ? oneSampleTTest(values, 0, { confidence: CONFIDENCE }).interval : null,
    runs: values.length,
    best: mean === best,
  };
}

/** The blocks as text: `*` marks the best mean of a column, without any claim. */
export function comparisonText(blocks: readonly ComparisonBlock[]): string {
  return blocks
    .map(({ target, notes, paired, columns, rows }) => {
      const names = columnNames(columns);
      const heads = columns.map(({ direction }, c) => `${names[c]} ${direction === 'lower' ? '↓' : '↑'}`);
      const body = rows.map(({ label, cells }) => [label, ...cells.map(cellText)]);
      const basis = columns.map(
        ({ unit, basis: what }, c) => `  ${names[c]}: ${unit}${what === '' ? '' : `; ${what}`}`,
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
        ...(rows.some((row) => row.cells.some((cell) => cell !== null && cell.runs > 1))
          ? [
              `  mean ± half of its ${100 * CONFIDENCE} % t interval over seeds (their number), as in reports; * the best mean of a column`,
            ]
          : []),
        ...notes.map((note) => `  ${note}`),
        ...pairedText(paired),
      ].join('\n');
    })
    .join('\n\n');
}

/** Metrics by name, numbered where one has several columns: what differs is said below the table. */
function columnNames(columns: readonly ComparisonColumn[]): string[] {
  return columns.map(({ metric }, c) => {
    const alike = columns.filter((other) => other.metric === metric);
    return alike.length === 1 ? metric : `${metric} (${alike.indexOf(columns[c]!) + 1})`;
  });
}

function cellText(cell: ComparisonCell | null): string {
  if (cell === null) return '–';
  const { interval } = cell;
  const spread =
    interval === null
      ? ''
      : ` ± ${showNumber(Number(((interval.high - interval.low) / 2).toPrecision(2)))} (${cell.runs})`;
  return `${cell.best ? '* ' : ''}${showNumber(cell.mean)}${spread}`;
}

/** Item by item, with the scope of what is said. */
function pairedText(paired: readonly ItemComparison[]): string[] {
  if (paired.length === 0) return [];
  const { reference, items, unit, sampled } = paired[0]!;
  const units = unitsText(sampled);
  const sample = areItems(sampled) ? units : `${items} items in ${units}`;
  const alike = areItems(sampled)
    ? 'items are the sampling unit'
    : `the ${units} are the sampling unit, for items of one are alike`;
  const signed = (value: number) => `${value > 0 ? '+' : ''}${formatSignificant(value)}`;
  const lines = paired.map(({ label, meanDifference, interval, adjustedP, verdict }) => {
    const range = interval === null ? '' : ` (${signed(interval.low)} to ${signed(interval.high)})`;
    const p =
      adjustedP === null
        ? ''
        : adjustedP < 0.001
          ? ', p < 0.001'
          : `, p = ${showNumber(Number(adjustedP.toPrecision(2)))}`;
    return `  ${label}: ${signed(meanDifference)} ${unit}${range}${p}: ${verdict}`;
  });
  return [
    '',
    `compared with ${reference}, item by item (${sample}; paired t intervals, Holm)`,
    ...lines,
    `  Scope: one checkpoint each, ${alike}. That a way of training is better takes seeds: graft run.`,
  ];
}
