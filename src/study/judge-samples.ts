import type { FeatureNetwork } from '../features/feature-network.ts';
import { featureNetworks, type NetworkEntry } from '../features/index.ts';
import { applyMetric } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import type { RunOptions } from '../models/run-model.ts';
import type { Matrix } from '../numeric/matrix.ts';
import type { Stream } from '../random.ts';
import type { UnitImages } from './image-grid.ts';
import type { Measurement } from './measurement.ts';
import { type SampleNetworks, sampleNetwork } from './sample-features.ts';
import { type JudgedSamples, measureSampleQuality } from './sample-quality.ts';
import { toMeasurement } from './to-measurement.ts';

/** What is measured in networks beyond the first, to show how far a result depends on the network. */
const secondOpinion = ['fid', 'kid'];

type Run = Pick<RunOptions, 'threads' | 'device'>;

/** Held-out images that samples are judged by. */
export interface RealImages {
  /** 'target', or the name of a data set never trained on. */
  readonly on: string;
  readonly images: UnitImages;
  /** What their pixels are, as the model that made the samples sees them: `pixelsInWords`. */
  readonly pixels: string;
}

/**
 * Samples against the held-out images of each set, in each network of a trial: all sample metrics in the first network
 * of features, FID and KID in the others; and on the target the share that a classifier recognises, with that of the
 * real images beside it. Images with other than 1 or 3 channels are beyond all networks.
 */
export async function judgeSamples(
  samples: UnitImages,
  real: readonly RealImages[],
  networks: SampleNetworks,
  stream: Stream,
  run: Run,
): Promise<JudgedSamples> {
  const channels = samples.shape[0];
  if (channels !== 1 && channels !== 3)
    return {
      measurements: [],
      notMeasured: [
        `sample quality: not measured: feature networks see images of 1 or 3 channels, these have ${channels}`,
      ],
    };
  const measurements: Measurement[] = [];
  const notMeasured: string[] = [];
  let first = true;
  for (const name of Object.keys(networks)) {
    const network = await sampleNetwork(name);
    if ((featureNetworks as Record<string, NetworkEntry>)[name]?.use === 'recognition') {
      for (const { on, images, pixels } of real)
        if (on === 'target')
          measurements.push(await measureRecognition(samples, { images, pixels }, name, run));
      continue;
    }
    const generated = await network.extract(samples, run);
    for (const { on, images, pixels } of real) {
      const found = measureSampleQuality(
        {
          on,
          real: await realFeatures(network, images, run),
          pixels,
          generated,
          network: name,
          hash: network.hash,
        },
        stream,
      );
      measurements.push(
        ...(first
          ? found.measurements
          : found.measurements.filter(({ metric }) => secondOpinion.includes(metric))),
      );
      notMeasured.push(...found.notMeasured);
    }
    first = false;
  }
  return { measurements, notMeasured: [...new Set(notMeasured)] };
}

/** Features of real images, which all trials of a process share. */
const known = new WeakMap<Float32Array, Map<string, Promise<Matrix>>>();

function realFeatures(network: FeatureNetwork, images: UnitImages, run: Run): Promise<Matrix> {
  const features = known.get(images.data) ?? new Map<string, Promise<Matrix>>();
  known.set(images.data, features);
  const key = `${network.name} ${network.hash} ${run.threads} ${run.device}`;
  const found = features.get(key) ?? network.extract(images, run);
  features.set(key, found);
  return found;
}

async function measureRecognition(
  samples: UnitImages,
  { images: real, pixels }: Pick<RealImages, 'images' | 'pixels'>,
  name: string,
  run: Run,
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
    representation: pixels,
    options,
  });
}
