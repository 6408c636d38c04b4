import { applyMetric } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import type { MetricResult } from '../metrics/metric.ts';
import type { Likelihood, Model, Weights } from '../models/model.ts';
import { mapExamples, type RunOptions } from '../models/run-model.ts';
import { matrix } from '../numeric/matrix.ts';
import type { Stream } from '../random.ts';
import { transpose } from '../tensor/functions/arrangement.ts';
import { FEWEST_TIMES } from './bound-times.ts';
import type { EncodedSet } from './encoding.ts';
import type { Measurement } from './measurement.ts';
import { toMeasurement } from './to-measurement.ts';

/** Integer levels that image values were before they were scaled to [0, 1]; a density of them is converted to bits of those. */
const IMAGE_LEVELS = 256;

/** Bits for each byte of the text, whatever the tokens, so that models with unlike tokenizers can be compared. */
const BYTES = 'bytes of the text';

export interface LikelihoodOptions extends RunOptions {
  /** Draws of the code for an importance-weighted bound. */
  readonly importanceSamples: number;
  /** Times of each example for the variational bound of a diffusion; `FEWEST_TIMES` if absent. */
  readonly times?: number;
}

/** Likelihood metrics of a set, and what they are means of. */
export interface SetLikelihood {
  readonly measurements: readonly Measurement[];
  /** Negative log-likelihood of each item, nats; none where the family has no likelihood. */
  readonly items: Float64Array;
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
): Promise<SetLikelihood> {
  const { likelihood } = model;
  if (likelihood === undefined) return { measurements: [], items: new Float64Array(0) };
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
    const { shape, data: targets } = set.table.fields.targets!;
    const { item, bytes } = set.text;
    const spoken = [...costs.data.keys()].filter((i) => targets[i]! >= 0);
    const tokenLogProbs = Float64Array.from(spoken, (i) => -costs.data[i]!);
    const items = new Float64Array(bytes.length);
    for (const i of spoken) items[item[Math.floor(i / shape[0]!)]!]! += costs.data[i]!;
    return {
      measurements: [
        record('perplexity', applyMetric(metrics.perplexity, { tokenLogProbs })),
        record('bits_per_byte', applyMetric(metrics.bits_per_byte, { tokenLogProbs, bytes }), {
          representation: BYTES,
        }),
      ],
      items,
    };
  }
  const draws = drawsOf(likelihood, options);
  const drawn = await mapExamples(
    model,
    weights,
    set.table,
    (context) => transpose(likelihood.logWeights(context, draws), [1, 0]),
    stream,
    { ...options, batchSize: likelihoodBatch(options.batchSize, draws) },
  );
  const made = {
    ...(likelihood.kind === 'bound' ? { k: options.importanceSamples } : {}),
    ...(likelihood.kind === 'variational' ? { times: draws } : {}),
    // That of an image given its class is another number than that of the image.
    ...(model.classes === undefined ? {} : { given: 'class' }),
  };
  const inputs =
    likelihood.kind === 'bound' && likelihood.single !== true
      ? { logWeights: matrix(set.table.count, draws, drawn.data) }
      : { [likelihood.kind === 'exact' ? 'logLikelihood' : 'logBound']: Float64Array.from(drawn.data) };
  const nll = applyMetric(metrics.nll, inputs);
  const measurements = [record('nll', nll, { options: made })];
  const { dimensions } = likelihood;
  if (dimensions !== undefined) {
    const levels = likelihood.support === 'real' ? IMAGE_LEVELS : 1;
    const bits = applyMetric(metrics.bits_per_dim, inputs, { dimensions, levels });
    measurements.push(record('bits_per_dim', bits, { options: { ...made, dimensions, levels } }));
  }
  return { measurements, items: nll.perItem!.nll as Float64Array };
}

/** Examples of a batch, each of which is decoded so many times at once. */
export const likelihoodBatch = (batch: number, draws: number): number =>
  Math.max(1, Math.floor(batch / Math.max(1, draws / 8)));

/** How often each example is decoded for its likelihood; where all draws are equal, one stands for them. */
export function drawsOf(
  { kind, single }: Pick<Likelihood, 'kind' | 'single'>,
  { importanceSamples, times = FEWEST_TIMES }: Pick<LikelihoodOptions, 'importanceSamples' | 'times'>,
): number {
  return kind === 'exact' || single ? 1 : kind === 'bound' ? importanceSamples : times;
}
