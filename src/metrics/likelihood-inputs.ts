/** What the metrics on log-likelihoods share: exact values or importance weights, and the NLL that follows from them. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { mean, standardDeviation } from '../numeric/covariance.ts';
import type { Matrix } from '../numeric/matrix.ts';
import { importanceBound } from './importance-bound.ts';
import type { MetricResult, Needs } from './metric.ts';

export const burda2016: Citation = {
  key: 'burda2016importance',
  type: 'inproceedings',
  authors: 'Burda, Yuri and Grosse, Roger and Salakhutdinov, Ruslan',
  title: 'Importance Weighted Autoencoders',
  venue: 'International Conference on Learning Representations',
  year: 2016,
  url: 'https://arxiv.org/abs/1509.00519',
};

/** What a value is where it is a variational bound. */
export const VARIATIONAL_BOUND = 'variational bound';

export const likelihoodNeeds = {
  logLikelihood: {
    kind: 'values',
    what: 'exact log-likelihood of each held-out item, in nats',
    optional: true,
  },
  logWeights: {
    kind: 'matrix',
    what: 'log importance weights log p(x, z) - log q(z | x) of each held-out item, [items, samples], in nats',
    optional: true,
  },
  logBound: {
    kind: 'values',
    what: 'variational lower bound on the log-likelihood of each held-out item, or an unbiased estimate of it, in nats',
    optional: true,
  },
} as const satisfies Needs;

export const likelihoodOptions = {
  k: z
    .int('an integer from 1 on')
    .min(1, 'an integer from 1 on')
    .optional()
    .describe('samples in the importance-weighted bound; all that were drawn if not given'),
};

/** Its `perItem.nll` holds the NLL of each item in nats. */
export interface NegativeLogLikelihood extends MetricResult {
  readonly extras: Readonly<Record<string, number>>;
  readonly perItem: { readonly nll: Float64Array };
}

/**
 * Mean negative log-likelihood in nats an item: exact, a variational bound from above, or the k-sample bound. With the
 * latter `extras` holds the bound's k, the ELBO's NLL, the gap between the two (what the encoder leaves loose) and the
 * effective sample size.
 */
export function negativeLogLikelihood(
  metric: string,
  inputs: { logLikelihood?: Float64Array; logWeights?: Matrix; logBound?: Float64Array },
  k: number | undefined,
): NegativeLogLikelihood {
  const { logLikelihood, logWeights, logBound } = inputs;
  const given = [logLikelihood, logWeights, logBound].filter((one) => one !== undefined).length;
  if (given !== 1)
    throw new GraftError('bad-data', {
      what: `inputs of ${metric}`,
      problem: `exactly one of 'logLikelihood', 'logWeights' and 'logBound' is needed, got ${given === 0 ? 'none' : given === 2 ? 'two' : 'all'}`,
    });
  const values = logLikelihood ?? logBound;
  if (values !== undefined) {
    if (k !== undefined)
      throw new GraftError('conflict', {
        first: 'option k',
        second: `input '${logBound === undefined ? 'logLikelihood' : 'logBound'}'`,
        reason: 'it has no importance samples',
        where: metric,
      });
    const nll = values.map((value) => -value);
    const kind = logBound === undefined ? 'exact' : VARIATIONAL_BOUND;
    return { value: mean(nll), kind, extras: {}, ...standardError(nll), perItem: { nll } };
  }
  const weights = logWeights as Matrix;
  const samples = k ?? weights.columns;
  const { bound, elbo, effectiveSampleSize } = importanceBound(weights, samples);
  const nll = bound.map((value) => -value);
  const value = mean(nll);
  const elboNll = -mean(elbo);
  const warnings: string[] = [];
  const ess = mean(effectiveSampleSize);
  if (samples > 1 && ess < 2)
    warnings.push(
      `effective sample size ${ess.toFixed(2)} of ${weights.columns}: the bound rests on single samples and may be far from the likelihood`,
    );
  return {
    value,
    kind: `bound with k = ${samples}`,
    extras: {
      k: samples,
      elbo_nll: elboNll,
      gap_to_elbo: elboNll - value,
      effective_sample_size: ess,
      effective_sample_size_min: effectiveSampleSize.reduce((a, b) => Math.min(a, b)),
    },
    ...standardError(nll),
    perItem: { nll },
    warnings,
  };
}

/** Standard error of the mean over items; none for a single item. */
function standardError(values: Float64Array): { standardError?: number } {
  return values.length < 2 ? {} : { standardError: standardDeviation(values, 1) / Math.sqrt(values.length) };
}
