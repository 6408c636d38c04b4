import type { DataSet } from '../data/data-set.ts';
import { GraftError, nearest } from '../errors.ts';
import { readNetworkCard } from '../features/feature-network.ts';
import { type FeatureNetworkName, featureNetworks, type NetworkEntry } from '../features/index.ts';
import type { MetricName } from '../metrics/index.ts';
import type { Model } from '../models/model.ts';
import type { SampleNetworks } from './sample-features.ts';

/** Metrics that compare samples with real images by the features of a network. */
export const qualityMetrics = ['kid', 'fid', 'precision', 'recall', 'density', 'coverage'] as const;

/** What of a study decides on what its trials can measure. */
export interface MeasuredPlan {
  readonly models: readonly { readonly model: Pick<Model, 'likelihood' | 'sampler' | 'reconstruct'> }[];
  /** Test part of the target. */
  readonly test: DataSet;
  /** Test items and samples at most. */
  readonly items: number;
  readonly samples: number;
  /** Networks that judge samples of images. */
  readonly networks: SampleNetworks;
}

/**
 * The metrics that every trial of a plan will measure on the target: by the models' likelihoods, by whether images or
 * texts are made, and, for FID, by whether there are more items than features. Those that only some of the models have
 * are left out, for they cannot decide between them.
 */
export function plannedMetrics(plan: MeasuredPlan): MetricName[] {
  const [first, ...others] = plan.models.map(({ model }) => ofModel(model, plan));
  const shared = (first ?? []).filter((name) => others.every((list) => list.includes(name)));
  return [...new Set(shared)];
}

function ofModel(
  { likelihood, sampler, reconstruct }: MeasuredPlan['models'][number]['model'],
  plan: MeasuredPlan,
) {
  const found: MetricName[] = [];
  if (likelihood !== undefined) {
    if (likelihood.tokenCosts !== undefined && plan.test.kind === 'text')
      found.push('bits_per_byte', 'perplexity');
    else found.push('nll', ...(likelihood.dimensions === undefined ? [] : (['bits_per_dim'] as const)));
  }
  if (plan.test.kind === 'text')
    return [
      ...found,
      'distinct_n',
      'ngram_novelty',
      ...(plan.test.notation === undefined ? [] : (['valid_tunes', 'notes_in_key'] as const)),
    ] as MetricName[];
  if (sampler.kind === 'autoregressive' || sampler.kind === 'none') return found;
  return [
    ...found,
    ...ofSamples(plan),
    'authpct',
    ...(reconstruct === undefined ? [] : ['reconstruction_mse']),
  ] as MetricName[];
}

function ofSamples({ test, items, samples, networks }: MeasuredPlan): MetricName[] {
  const fewest = Math.min(test.count, items, samples);
  const seen = test.kind === 'image' && (test.channels === 1 || test.channels === 3);
  if (!seen) return [];
  return Object.keys(networks).flatMap((name): MetricName[] => {
    const entry: NetworkEntry | undefined = featureNetworks[name as FeatureNetworkName];
    if (entry?.use === 'recognition') return ['recognised'];
    if (fewest < 2) return [];
    const enough = fewest > readNetworkCard(name).dimension;
    return qualityMetrics.filter((metric) => enough || metric !== 'fid');
  });
}

/** Fails with `invalid-value` where the metric that a person wants to decide is not measured by every trial. */
export function requirePlanned(primary: string, plan: MeasuredPlan): void {
  const allowed = plannedMetrics(plan);
  if ((allowed as string[]).includes(primary)) return;
  const near = nearest(primary, allowed);
  const few =
    primary === 'fid' && allowed.includes('kid')
      ? 'fid needs more test items and more samples than the network has features; kid has no such bound. '
      : '';
  throw new GraftError('invalid-value', {
    what: 'the metric that decides',
    received: primary,
    allowed: `what every trial of this study measures: ${allowed.join(', ')}`,
    where: 'primary',
    ...(few === '' && near === undefined
      ? {}
      : { hint: few === '' ? `Did you mean '${near}'?` : few.trim() }),
  });
}
