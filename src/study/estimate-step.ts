import type { PreparedData } from '../data/prepare-data.ts';
import type { Model } from '../models/model.ts';
import { countParameters } from '../tensor/parameters.ts';
import type { CountedWork } from './counted-work.ts';
import type { StepEstimate } from './step.ts';
import { noWork } from './work.ts';

/** Bytes that a worker takes before it has loaded data or a model: Node.js, ONNX Runtime, the program itself. */
const WORKER_MEMORY = 300 * 2 ** 20;
/** How often weights are in memory: start, best, trained, gradient, two of the optimiser, a snapshot, as constants. */
const WEIGHT_COPIES = 8;
const SAMPLE_FILES = 400 * 1024;
const RESULT_FILE = 20 * 1024;

/** What a step does, as far as its cost follows from it. */
export interface StepWork {
  readonly training: CountedWork;
  /** Of trials. */
  readonly measuring?: CountedWork;
  /** Checkpoints left on disk, with samples and pictures. */
  readonly checkpoints: number;
  /** Bytes of the data sets in memory. */
  readonly data: number;
}

/** What a step is expected to take: the work of training and of measuring, memory, and what stays on disk. */
export function estimateStep(
  model: Model,
  { training, measuring, checkpoints, data }: StepWork,
): StepEstimate {
  const bytes = 4 * countParameters(model.parameters);
  const { products, convolutions } = training.work;
  const measured = measuring?.work ?? noWork;
  return {
    flops: products + convolutions + measured.products + measured.convolutions,
    work: { training: training.work, measuring: measured },
    memory: WORKER_MEMORY + WEIGHT_COPIES * bytes + data + training.memory + (measuring?.memory ?? 0),
    disk: RESULT_FILE + checkpoints * (bytes + SAMPLE_FILES),
  };
}

/** Bytes of prepared data in a worker: as loaded, and as the model sees them. */
export function dataBytes(sets: readonly PreparedData[]): number {
  return sets.reduce((total, { train, validation, test }) => {
    const parts = [train, validation, test];
    return (
      total +
      parts.reduce(
        (sum, part) =>
          sum +
          (part.kind === 'image'
            ? // Bytes, and float32 of them.
              5 * part.pixels.length
            : // UTF-16, and two int32 a token.
              10 * part.documents.reduce((n, text) => n + text.length, 0)),
        0,
      )
    );
  }, 0);
}
