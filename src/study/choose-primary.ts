import type { Measurement } from './measurement.ts';
import { comparable, findMeasurement } from './measurement-key.ts';
import type { FinishedTrial } from './trial-table.ts';

/** Held-out likelihoods in the order of preference: per item, per byte, per token. */
const likelihoods = ['nll', 'bits_per_byte', 'perplexity'];

/**
 * The metric that decides where a study names none: the first held-out likelihood that all trials have on one scale
 * (the same representation of the data), else the kernel distance, else the first metric that all trials have on the
 * target. Undefined where there is none.
 */
export function choosePrimary(trials: readonly FinishedTrial[]): string | undefined {
  const first = trials[0];
  if (first === undefined) return undefined;
  const shared = (metric: string, same: (a: Measurement, b: Measurement) => boolean): boolean => {
    const reference = findMeasurement(first.result, metric, 'target');
    return (
      reference !== undefined &&
      trials.every(({ result }) => {
        const found = findMeasurement(result, metric, 'target');
        return found !== undefined && same(reference, found);
      })
    );
  };
  const onTarget = first.result.measurements.filter(({ on }) => on === 'target').map(({ metric }) => metric);
  return (
    likelihoods.find((metric) => shared(metric, comparable)) ??
    ['kid', ...onTarget].find((metric) => shared(metric, () => true))
  );
}
