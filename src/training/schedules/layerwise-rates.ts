import { GraftError } from '../../errors.ts';

/**
 * Factors of the learning rate for `layers` layers from input to output: 1 for the last, each earlier one the next's
 * divided by `decay` ('discriminative' rates; Howard, Ruder 2018, section 3.2, where decay is 2.6).
 */
export function layerwiseRates(layers: number, decay: number): number[] {
  if (!(decay > 0 && Number.isFinite(decay)))
    throw new GraftError('invalid-value', {
      what: 'the decay of layer-wise learning rates',
      received: decay,
      allowed: 'a positive number',
    });
  return Array.from({ length: layers }, (_, layer) => decay ** (layer + 1 - layers));
}
