import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';

/** Which items each training step sees. */
export interface BatchPlan {
  /** Items in every batch: min(batch size asked for, number of items). */
  readonly size: number;
  /** Steps in which every item is seen once on average: items / size. */
  readonly stepsPerEpoch: number;
  /** The items of training step `step` (0, 1, …), [size]: a pure function of the step. */
  indices(step: number): Int32Array;
}

/**
 * The order of training: one uniformly drawn permutation of the `count` items per epoch, laid end to end; step t
 * takes positions t*size to (t+1)*size - 1. All batches have the same size, so where `size` does not divide `count`
 * a batch takes the end of one epoch and the start of the next, and may then hold an item twice. Nothing is dropped:
 * after any k*count positions every item was seen exactly k times.
 */
export function planBatches(count: number, batchSize: number, stream: Stream): BatchPlan {
  checkPositive('number of training items', count);
  checkPositive('batch size', batchSize);
  const size = Math.min(batchSize, count);
  let known = -1;
  let order = new Int32Array(0);
  const orderOf = (epoch: number): Int32Array => {
    if (epoch !== known) {
      order = stream.child(`epoch ${epoch}`).permutation(count) as Int32Array<ArrayBuffer>;
      known = epoch;
    }
    return order;
  };
  return {
    size,
    stepsPerEpoch: count / size,
    indices(step) {
      const out = new Int32Array(size);
      for (let i = 0, position = step * size; i < size; ) {
        const epoch = Math.floor(position / count);
        const within = position - epoch * count;
        const taken = Math.min(size - i, count - within);
        out.set(orderOf(epoch).subarray(within, within + taken), i);
        i += taken;
        position += taken;
      }
      return out;
    },
  };
}

/** Part of an evaluation: `indices` has the full batch size; its first `valid` entries count, the rest are padding. */
export interface EvaluationBatch {
  indices: Int32Array;
  valid: number;
}

/** All items in order, in batches of one size; the last one is padded with item 0, to be masked. */
export function evaluationBatches(count: number, batchSize: number): EvaluationBatch[] {
  checkPositive('number of items to evaluate', count);
  checkPositive('batch size', batchSize);
  const size = Math.min(batchSize, count);
  return Array.from({ length: Math.ceil(count / size) }, (_, batch) => ({
    indices: Int32Array.from({ length: size }, (_, i) => {
      const item = batch * size + i;
      return item < count ? item : 0;
    }),
    valid: Math.min(size, count - batch * size),
  }));
}

export function checkPositive(what: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new GraftError('invalid-value', { what, received: value, allowed: 'an integer of at least 1' });
  }
}
