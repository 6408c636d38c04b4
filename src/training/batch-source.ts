import { planBatches } from '../data/batches.ts';
import { GraftError } from '../errors.ts';
import { inputNames } from '../models/context.ts';
import type { BatchFeeds, ExampleTable } from '../models/example-table.ts';
import type { Stream } from '../random.ts';

/** Where a step's examples come from: a pure function of the step. */
export interface BatchSource {
  readonly batchSize: number;
  /** Updates in which every example is seen once, where there are finitely many. */
  readonly stepsPerEpoch?: number;
  /** Writes the examples of update `step` into the batch. */
  fill(step: number, batch: BatchFeeds): void;
  /** The examples and which of them a step takes, where they are finitely many: then frozen layers need to see each only once. */
  readonly finite?: { readonly table: ExampleTable; rows(step: number): ArrayLike<number> };
}

/** Epochs over a table in an order drawn anew for each epoch; batches of min(batchSize, count). */
export function epochs(table: ExampleTable, batchSize: number, stream: Stream): BatchSource {
  const plan = planBatches(table.count, batchSize, stream);
  return {
    batchSize: plan.size,
    stepsPerEpoch: plan.stepsPerEpoch,
    fill: (step, batch) => batch.fill(table, plan.indices(step)),
    finite: { table, rows: (step) => plan.indices(step) },
  };
}

/**
 * Windows of a long text at uniformly drawn places, as nanoGPT draws them: `tokens` is a window, `targets` the same
 * window one token later.
 */
export function randomWindows(
  ids: Int32Array,
  length: number,
  batchSize: number,
  stream: Stream,
): BatchSource {
  const starts = ids.length - length;
  if (starts < 1)
    throw new GraftError('bad-data', {
      what: 'the training text',
      problem: `has ${ids.length} tokens, a window needs ${length + 1}`,
      hint: 'Use a longer text or a shorter context.',
    });
  return {
    batchSize,
    fill(step, batch) {
      const tokens = batch.feeds[inputNames.field('tokens')]!;
      const targets = batch.feeds[inputNames.field('targets')]!;
      stream
        .child(step)
        .integers(batchSize, starts)
        .forEach((start, i) => {
          tokens.set(ids.subarray(start, start + length), i * length);
          targets.set(ids.subarray(start + 1, start + length + 1), i * length);
        });
    },
  };
}
