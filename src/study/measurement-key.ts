import type { Measurement } from './measurement.ts';
import type { TrialResult } from './trial-result.ts';

/**
 * Names what was measured, without the trial: metric, data set, split, options and feature network. Measurements with
 * equal keys stand in one column of a table: `nll(k=64)@target/test`, `fid@target/test[glyph-net]`.
 */
export function measurementKey({ metric, on, split, options, features }: Measurement): string {
  const settings = Object.entries(options ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const arguments_ = settings.length === 0 ? '' : `(${settings.join(', ')})`;
  const network = features === undefined ? '' : `[${features.network}]`;
  return `${metric}${arguments_}@${on}${split === undefined ? '' : `/${split}`}${network}`;
}

/** Names one number of a study: the step that measured it and what it measured. */
export function measurementId(step: string, measurement: Measurement): string {
  return `${step}:${measurementKey(measurement)}`;
}

/** The measurement of a metric on a data set; where there are several, the one on the test split. */
export function findMeasurement(
  { measurements }: Pick<TrialResult, 'measurements'>,
  metric: string,
  on: string,
): Measurement | undefined {
  const found = measurements.filter((m) => m.metric === metric && m.on === on);
  return found.find(({ split }) => split === 'test') ?? found[0];
}

/**
 * Whether two values differ by the models alone: same key, code version, feature weights, representation of the data
 * and real items. Numbers of samples that older versions measured do not say on what representation.
 */
export function comparable(a: Measurement, b: Measurement): boolean {
  return (
    measurementKey(a) === measurementKey(b) &&
    a.version === b.version &&
    a.unit === b.unit &&
    a.features?.hash === b.features?.hash &&
    (a.representation === b.representation ||
      (a.generated !== undefined && (a.representation === undefined || b.representation === undefined))) &&
    a.real === b.real
  );
}
