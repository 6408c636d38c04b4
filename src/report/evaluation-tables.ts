import type { Evaluation } from '../study/evaluate-checkpoint.ts';
import { formatNumber, formatSignificant } from '../study/format-number.ts';
import type { Measurement } from '../study/measurement.ts';
import { unitInWords } from '../study/metric-in-words.ts';
import { formatBytes } from './format-quantity.ts';

/** One part of an evaluation's numbers: what stands together in a table. */
export interface MeasurementGroup {
  readonly title: string;
  readonly rows: readonly Measurement[];
}

/** Measurements by where they were made: target, source, each unseen set. */
export function measurementGroups({ measurements, target, source }: Evaluation): MeasurementGroup[] {
  const places = [...new Set(measurements.map(({ on }) => on))];
  const title = (on: string) =>
    on === 'target'
      ? `On the target: ${target}`
      : on === 'source'
        ? `On what it was trained on: ${source ?? 'the source'}`
        : `On ${on}`;
  return places.map((on) => ({ title: title(on), rows: measurements.filter((m) => m.on === on) }));
}

/** What a measurement's value is, beyond metric and unit, in words. */
export function measurementFacts({
  split,
  kind,
  real,
  generated,
  features,
  options,
  extras,
  standardErrorOver,
}: Measurement): string {
  const settings = Object.entries(options ?? {})
    .filter(([name]) => name !== 'dimensions')
    .map(([name, value]) => `${name} = ${value}`);
  return [
    ...(split === undefined ? [] : [`${split} part`]),
    ...(kind === undefined ? [] : [kind]),
    ...(real === undefined ? [] : [`${real} real`]),
    ...(generated === undefined ? [] : [`${generated} generated`]),
    ...(features === undefined ? [] : [`features: ${features.network}`]),
    ...(kind === undefined ? settings : []),
    ...(standardErrorOver === undefined ? [] : [`± over ${standardErrorOver}`]),
    ...(extras?.gap_to_elbo === undefined
      ? []
      : [`${formatSignificant(extras.gap_to_elbo)} better than the ELBO`]),
    ...(extras?.real === undefined ? [] : [`of real ones ${formatSignificant(extras.real)}`]),
  ].join(', ');
}

/** Numbers that the others are judged by. */
export function scaleRows({ reference, variance, item, target }: Evaluation): [string, string][] {
  return [
    ...(reference === undefined
      ? []
      : ([
          [
            `${reference.metric} on ${target} of ${reference.what}`,
            `${formatSignificant(reference.value, 4)} ${unitInWords(reference.unit, item)}`,
          ],
        ] as [string, string][])),
    ...(variance === undefined
      ? []
      : ([[`variance of the values of ${target}`, formatSignificant(variance, 4)]] as [string, string][])),
  ];
}

/** What the model takes. */
export function costRows({ trial: { cost }, item }: Evaluation): [string, string][] {
  const milliseconds = (value: number) => `${formatSignificant(value)} ms`;
  const { sampleLatency: latency, sampleThroughput: throughput } = cost;
  return [
    ['parameters', formatNumber(cost.parameters, 0)],
    ['weights file', formatBytes(cost.fileSize)],
    ...(latency === undefined
      ? []
      : ([
          [`one ${item} alone, median`, milliseconds(latency.p50)],
          [`one ${item} alone, 95th percentile`, milliseconds(latency.p95)],
        ] as [string, string][])),
    ...(throughput === undefined
      ? []
      : ([[`${item}s a second, in batches`, formatSignificant(throughput)]] as [string, string][])),
    ['peak memory of the process, with all measuring', formatBytes(cost.peakMemory)],
    ['seconds of measuring', formatSignificant(cost.measuringSeconds)],
  ];
}

/** What a reader should know besides: notes of the evaluation and warnings of its metrics. */
export const remarks = ({ notes, trial }: Evaluation): string[] => [...notes, ...trial.warnings];
