import { planBatches } from '../data/batches.ts';
import { cropBatch, cropOffsets, type TokenPassages } from '../data/text-batches.ts';
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

/** Batches of one update where `asked` are accumulated: no more than hold different examples. */
export function microBatches(asked: number, { stepsPerEpoch }: Pick<BatchSource, 'stepsPerEpoch'>): number {
  return stepsPerEpoch === undefined ? asked : Math.min(asked, Math.max(1, Math.floor(stepsPerEpoch)));
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
 * Windows of running text at uniformly drawn places, drawn anew for each update: `tokens` is a window, `targets` the
 * same window one token later. No window crosses from one passage into the next.
 */
export function randomWindows(
  text: TokenPassages,
  length: number,
  batchSize: number,
  stream: Stream,
): BatchSource {
  return {
    batchSize,
    fill(step, batch) {
      const { inputs, targets } = cropBatch(text, cropOffsets(text, length, batchSize, step, stream), length);
      (batch.feeds[inputNames.field('tokens')] as Int32Array).set(inputs);
      (batch.feeds[inputNames.field('targets')] as Int32Array).set(targets);
    },
  };
}
