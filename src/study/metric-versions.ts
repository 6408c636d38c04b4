import type { Notation } from '../data/data-set.ts';
import { type MetricName, metrics } from '../metrics/index.ts';
import type { Metric } from '../metrics/metric.ts';

/** Metrics that trials measure, by what their models make. */
export const trialMetrics = {
  image: [
    'nll',
    'bits_per_dim',
    'fid',
    'kid',
    'precision',
    'recall',
    'density',
    'coverage',
    'recognised',
    'authpct',
    'reconstruction_mse',
  ],
  text: ['bits_per_byte', 'perplexity', 'distinct_n', 'ngram_novelty'],
  tune: ['valid_tunes', 'bars_in_metre', 'notes_in_key'],
} as const satisfies Record<string, readonly MetricName[]>;

/** Versions that metrics had when ids of trials began to name them, where that was not 1. */
const began: Partial<Record<MetricName, number>> = { valid_tunes: 2, bars_in_metre: 2, notes_in_key: 2 };

/**
 * Versions of the metrics that a trial measures, for its inputs: a trial is made anew where one of them gives another value
 * since, for a study whose seeds were measured by two versions would compare nothing. Only those that have changed since ids
 * began to name them, so that all others are found again.
 */
export function metricVersions(
  kind: 'image' | 'text',
  notation: Notation | undefined,
  known: Readonly<Record<MetricName, Pick<Metric, 'version'>>> = metrics,
): { metricVersions?: Readonly<Record<string, number>> } {
  const names: readonly MetricName[] = [
    ...trialMetrics[kind],
    ...(kind === 'text' && notation !== undefined ? trialMetrics.tune : []),
  ];
  const changed = names.flatMap((name) =>
    known[name].version === (began[name] ?? 1) ? [] : [[name, known[name].version] as const],
  );
  return changed.length === 0 ? {} : { metricVersions: Object.fromEntries(changed) };
}
