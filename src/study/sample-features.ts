import type { DataSet } from '../data/data-set.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { resolveDataSpec } from '../data/resolve-data-spec.ts';
import { type FeatureNetwork, loadFeatureNetwork, readNetworkCard } from '../features/feature-network.ts';
import { type FeatureNetworkName, featureNetworks, type NetworkEntry } from '../features/index.ts';

/** Networks that judge a trial's samples: name -> SHA-256 of the weights. The first is the main one. */
export type SampleNetworks = Readonly<Record<string, string>>;

const entries = Object.entries(featureNetworks) as [FeatureNetworkName, NetworkEntry][];

/** The networks for images of a target: all that give features, and those that know the target's classes. */
export function sampleNetworks(target: DataSpec): SampleNetworks {
  const spec = resolveDataSpec(target);
  const dataset = 'dataset' in spec ? spec.dataset : undefined;
  return Object.fromEntries(
    entries
      .filter(([, { use, dataset: known }]) => use === 'features' || known === dataset)
      .map(([name, { sha256 }]) => [name, sha256]),
  );
}

/** Those of a study's networks that also judge samples on data never trained on: all that give features. */
export function unseenNetworks(networks: SampleNetworks): SampleNetworks {
  const gives = new Set<string>(entries.flatMap(([name, { use }]) => (use === 'features' ? [name] : [])));
  return Object.fromEntries(Object.entries(networks).filter(([name]) => gives.has(name)));
}

const loaded = new Map<string, Promise<FeatureNetwork>>();

/** A network by name, loaded once in a process. */
export function sampleNetwork(name: string): Promise<FeatureNetwork> {
  const loading = loaded.get(name) ?? loadFeatureNetwork(name);
  loaded.set(name, loading);
  return loading;
}

/**
 * What a person must know of networks that were trained on typefaces of the target: a judge that knows the answer is
 * milder. Empty where training data and target are disjoint.
 */
export function networkOverlap(
  networks: SampleNetworks,
  target: DataSet,
  called: string = target.name,
): string[] {
  return Object.keys(networks).flatMap((name) => {
    const { training } = readNetworkCard(name);
    const { family, style, script } = target.attributes ?? {};
    if (target.name !== training.dataset || !family || !style || !script) return [];
    const shared = family.filter(
      (_, i) =>
        training.families.includes(family[i]!) &&
        training.styles.includes(style[i]!) &&
        training.scripts.includes(script[i]!),
    );
    if (shared.length === 0) return [];
    return [
      `The network '${name}' was trained on ${shared.length} of the ${family.length} test images of ${called} that samples are compared with.`,
    ];
  });
}
