import { comparable, findMeasurement } from './measurement-key.ts';
import type { FinishedTrial } from './trial-table.ts';

/** Held-out likelihoods per item, per byte, per token, then what else says how good a model is. */
const candidates = ['nll', 'bits_per_byte', 'perplexity', 'kid', 'fid', 'reconstruction_mse'];

/**
 * The metric that decides where a study names none: the first held-out likelihood that all trials have on one scale
 * (the same representation of the data), else the kernel distance, Fréchet's, the error of reconstructions. Undefined
 * where trials share none of these: what else is measured (diversity, copies) makes no model better than another.
 */
export function choosePrimary(trials: readonly FinishedTrial[]): string | undefined {
  const first = trials[0];
  if (first === undefined) return undefined;
  return candidates.find((metric) => {
    const reference = findMeasurement(first.result, metric, 'target');
    return (
      reference !== undefined &&
      trials.every(({ result }) => {
        const found = findMeasurement(result, metric, 'target');
        return found !== undefined && comparable(reference, found);
      })
    );
  });
}
