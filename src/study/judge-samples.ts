import { featureNetworks, type NetworkEntry } from '../features/index.ts';
import { applyMetric } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import type { RunOptions } from '../models/run-model.ts';
import type { Stream } from '../random.ts';
import type { UnitImages } from './image-grid.ts';
import { measureSampleQuality } from './measure-images.ts';
import type { Measurement } from './measurement.ts';
import { type SampleNetworks, sampleNetwork } from './sample-features.ts';
import { toMeasurement } from './to-measurement.ts';

/** What is measured in networks beyond the first, to show how far a result depends on the network. */
const secondOpinion = ['fid', 'kid'];

/**
 * Samples against held-out real images in each network of a trial: all sample metrics in the first network of features,
 * FID and KID in the others, and the share that a classifier recognises, with that of the real images beside it.
 */
export async function judgeSamples(
  samples: UnitImages,
  real: UnitImages,
  networks: SampleNetworks,
  stream: Stream,
  run: Pick<RunOptions, 'threads' | 'device'>,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  let first = true;
  for (const name of Object.keys(networks)) {
    const network = await sampleNetwork(name);
    if ((featureNetworks as Record<string, NetworkEntry>)[name]?.use === 'recognition') {
      measurements.push(await measureRecognition(samples, real, name, run));
      continue;
    }
    const found = await measureSampleQuality(
      samples,
      real,
      { network: name, hash: network.hash, extract: (images) => network.extract(images, run) },
      stream,
    );
    measurements.push(...(first ? found : found.filter(({ metric }) => secondOpinion.includes(metric))));
    first = false;
  }
  return measurements;
}

async function measureRecognition(
  samples: UnitImages,
  real: UnitImages,
  name: string,
  run: Pick<RunOptions, 'threads' | 'device'>,
): Promise<Measurement> {
  const network = await sampleNetwork(name);
  const { threshold, noClass } = network.card.recognition!;
  const options = { threshold, no_class: noClass };
  const inputs = {
    probabilities: (await network.classify(samples, run)).probabilities,
    real: (await network.classify(real, run)).probabilities,
  };
  return toMeasurement(metrics.recognised, applyMetric(metrics.recognised, inputs, options), {
    on: 'target',
    split: 'test',
    real: inputs.real.rows,
    generated: inputs.probabilities.rows,
    features: { network: name, hash: network.hash },
    options,
  });
}
