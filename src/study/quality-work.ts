import { networkModel, readNetworkCard } from '../features/feature-network.ts';
import { createContext } from '../models/context.ts';
import type { Model } from '../models/model.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { RunProgram } from './counted-work.ts';
import { programWork } from './program-work.ts';

/** Images of one run of a feature network. */
const BATCH = 64;
/** How often the distances of all pairs are computed for KID, precision, recall, density and coverage. */
const PAIRINGS = 12;
/** Operations of the singular values of a matrix of one row and column. */
const SINGULAR = 40;

/** A feature network: the work of so many images, and the length of their features. */
export interface NetworkWork {
  features(images: number): RunProgram[];
  readonly dimension: number;
}

const known = new Map<string, ReturnType<typeof programWork>>();

/** A network by name; 'pixels' takes the images of a model as they are. */
export function networkWork(name: string, model: Model): NetworkWork {
  if (name === 'pixels') return { features: () => [], dimension: sizeOf(model.fields[0]!.shape) };
  const card = readNetworkCard(name);
  const program =
    known.get(name) ??
    (() => {
      const network = networkModel(card);
      return programWork({ features: network.encode!(createContext(network, { batchSize: BATCH })) });
    })();
  known.set(name, program);
  return {
    features: (images) => [{ program, runs: Math.ceil(images / BATCH) }],
    dimension: card.dimension,
  };
}

/** Samples against so many real images of each of several sets, in each of the networks. */
export function qualityWork(
  model: Model,
  networks: readonly string[],
  samples: number,
  real: readonly number[],
): RunProgram[] {
  return networks.flatMap((name) => {
    const { features, dimension } = networkWork(name, model);
    const scalars = real.reduce(
      (sum, count) =>
        sum +
        PAIRINGS * dimension * ((samples + count) / 2) ** 2 +
        (samples + count) * dimension ** 2 +
        SINGULAR * dimension ** 3,
      0,
    );
    // Features of real images are computed once for all trials of a process.
    return [...features(samples), { runs: 1, beside: { scalars } }];
  });
}
