import { applyMetric, metricContext } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import type { Matrix } from '../numeric/matrix.ts';
import type { Stream } from '../random.ts';
import type { Measurement } from './measurement.ts';
import { toMeasurement } from './to-measurement.ts';

/** Features of real and of generated images in one network; `network` and `hash` name it in every number. */
export interface ComparedFeatures {
  /** Whose test images the real ones are: 'target', or the name of a data set never trained on. */
  readonly on: string;
  readonly real: Matrix;
  /** What the pixels of the real images are. */
  readonly pixels: string;
  readonly generated: Matrix;
  readonly network: string;
  readonly hash: string;
}

/** What was measured of samples, and for the rest why not. */
export interface JudgedSamples {
  readonly measurements: readonly Measurement[];
  readonly notMeasured: readonly string[];
}

const NEIGHBOURS = 5;

/**
 * Sample metrics in a feature network, generated against held-out real images: FID where both have more items than
 * there are features, KID, and precision, recall, density and coverage of 5 nearest neighbours (fewer where there are
 * not so many others), where both have two items or more. What cannot be measured is said.
 */
export function measureSampleQuality(
  { on, real, pixels, generated, network, hash }: ComparedFeatures,
  stream: Stream,
): JudgedSamples {
  const context = metricContext(stream);
  const inputs = { real, generated };
  const facts = {
    on,
    split: 'test',
    real: real.rows,
    generated: generated.rows,
    features: { network, hash },
    representation: pixels,
  };
  const counts = `${real.rows} real and ${generated.rows} generated`;
  const fewest = Math.min(real.rows, generated.rows);
  const where = on === 'target' ? '' : ` on ${on}`;
  if (fewest < 2)
    return {
      measurements: [],
      notMeasured: [
        `fid, kid, precision, recall, density and coverage${where}: not measured: 2 images of each kind are needed, there are ${counts}`,
      ],
    };
  const measurements: Measurement[] = [];
  const notMeasured: string[] = [];
  // With fewer items than features a covariance has no full rank, and FID says more about N than about the model.
  if (fewest > real.columns)
    measurements.push(toMeasurement(metrics.fid, applyMetric(metrics.fid, inputs, {}, context), facts));
  else
    notMeasured.push(
      `fid${where}: not measured in '${network}': more than ${real.columns} images of each kind are needed, there are ${counts}`,
    );
  measurements.push(toMeasurement(metrics.kid, applyMetric(metrics.kid, inputs, {}, context), facts));
  const k = Math.min(NEIGHBOURS, fewest - 1);
  for (const name of ['precision', 'recall', 'density', 'coverage'] as const)
    measurements.push(
      toMeasurement(metrics[name], applyMetric(metrics[name], inputs, { k }, context), {
        ...facts,
        options: { k },
      }),
    );
  return { measurements, notMeasured };
}
