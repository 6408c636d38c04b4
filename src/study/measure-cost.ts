import { GraftError } from '../errors.ts';
import type { DrawOptions } from '../models/draw-options.ts';
import { drawImages, drawTokens } from '../models/draw-samples.ts';
import type { Model, Weights } from '../models/model.ts';
import type { Stream } from '../random.ts';

/** Single samples whose latency is measured, after one that warms up. */
export const LATENCY_RUNS = 20;

export interface SamplingCost {
  readonly latency: { readonly p50: number; readonly p95: number };
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;

/** Milliseconds for one sample alone: median and 95th percentile over 20 runs. For models that make samples. */
export async function measureLatency(
  model: Model,
  weights: Weights,
  stream: Stream,
  options: Pick<DrawOptions, 'threads' | 'device'> & { clock: () => number; prompt?: ArrayLike<number> },
): Promise<SamplingCost> {
  const { sampler } = model;
  if (sampler.kind === 'none')
    throw new GraftError('unsupported', {
      what: `sampling a ${model.family}`,
      reason: 'it makes no examples',
    });
  const single = { ...options, count: LATENCY_RUNS + 1, batchSize: 1 };
  const { batchMilliseconds } =
    sampler.kind !== 'autoregressive'
      ? await drawImages(model, sampler, weights, stream, single)
      : await drawTokens(model, sampler, weights, stream, {
          ...single,
          prompt: options.prompt ?? [0],
          length: sampler.context,
        });
  const sorted = batchMilliseconds.slice(1).sort((a, b) => a - b);
  return { latency: { p50: at(sorted, 0.5), p95: at(sorted, 0.95) } };
}
