import { applyMetric } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import type { MetricResult } from '../metrics/metric.ts';
import type { Model, Weights } from '../models/model.ts';
import { mapExamples, type RunOptions } from '../models/run-model.ts';
import { matrix } from '../numeric/matrix.ts';
import type { Stream } from '../random.ts';
import { transpose } from '../tensor/functions/arrangement.ts';
import type { EncodedSet } from './encoding.ts';
import type { Measurement } from './measurement.ts';
import { toMeasurement } from './to-measurement.ts';

export interface LikelihoodOptions extends RunOptions {
  /** Draws of the code for a bound. */
  readonly importanceSamples: number;
}

/**
 * The likelihood metrics that a model's family has, on one encoded set. `on` and `split` say which. Random codes come
 * from the stream, which is the same for all models and techniques.
 */
export async function measureLikelihood(
  model: Model,
  weights: Weights,
  set: EncodedSet,
  where: { on: string; split: string },
  stream: Stream,
  options: LikelihoodOptions,
): Promise<Measurement[]> {
  const { likelihood } = model;
  if (likelihood === undefined) return [];
  const about = {
    ...where,
    real: set.text?.bytes.length ?? set.table.count,
    representation: set.representation,
  };
  const record = (
    name: 'nll' | 'bits_per_dim' | 'perplexity' | 'bits_per_byte',
    result: MetricResult,
    more = {},
  ) => toMeasurement(metrics[name], result, { ...about, ...more });
  if (likelihood.tokenCosts !== undefined && set.text !== undefined) {
    const costs = await mapExamples(model, weights, set.table, likelihood.tokenCosts, stream, options);
    const targets = set.table.fields.targets!.data;
    const tokenLogProbs = Float64Array.from(
      [...costs.data.keys()].filter((i) => targets[i]! >= 0),
      (i) => -costs.data[i]!,
    );
    return [
      record('perplexity', applyMetric(metrics.perplexity, { tokenLogProbs })),
      record('bits_per_byte', applyMetric(metrics.bits_per_byte, { tokenLogProbs, bytes: set.text.bytes })),
    ];
  }
  const k = likelihood.kind === 'exact' ? 1 : options.importanceSamples;
  const drawn = await mapExamples(
    model,
    weights,
    set.table,
    (context) => transpose(likelihood.logWeights(context, k), [1, 0]),
    stream,
    // Each example is decoded k times at once.
    { ...options, batchSize: Math.max(1, Math.floor(options.batchSize / Math.max(1, k / 8))) },
  );
  const logWeights = matrix(set.table.count, k, drawn.data);
  const inputs =
    likelihood.kind === 'exact' ? { logLikelihood: Float64Array.from(drawn.data) } : { logWeights };
  const results = [record('nll', applyMetric(metrics.nll, inputs), { options: { k } })];
  if (likelihood.dimensions !== undefined)
    results.push(
      record(
        'bits_per_dim',
        applyMetric(metrics.bits_per_dim, inputs, { dimensions: likelihood.dimensions }),
        { options: { k, dimensions: likelihood.dimensions } },
      ),
    );
  return results;
}
