/** Graft as a library. */
export { citationText } from './citation.ts';
export { type FeatureNetwork, loadFeatureNetwork } from './features/feature-network.ts';
export { type FeatureNetworkName, featureNetworks } from './features/index.ts';
