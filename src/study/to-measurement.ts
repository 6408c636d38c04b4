import type { Metric, MetricResult } from '../metrics/metric.ts';
import type { Measurement } from './measurement.ts';

/** What a measurement says besides the metric's own result. */
export type MeasurementFacts = Omit<Measurement, 'metric' | 'value' | 'unit' | 'direction' | 'version'>;

/** A metric's result as it is recorded. */
export function toMeasurement(
  metric: Pick<Metric, 'name' | 'unit' | 'direction' | 'version'>,
  result: MetricResult,
  facts: MeasurementFacts,
): Measurement {
  return {
    metric: metric.name,
    value: result.value,
    unit: metric.unit,
    direction: metric.direction,
    version: metric.version,
    ...facts,
    ...(result.kind === undefined ? {} : { kind: result.kind }),
    ...(result.extras === undefined ? {} : { extras: result.extras }),
    ...(result.standardError === undefined ? {} : { standardError: result.standardError }),
    ...(result.warnings === undefined || result.warnings.length === 0 ? {} : { warnings: result.warnings }),
  };
}
