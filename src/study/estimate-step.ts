import type { PreparedData } from '../data/prepare-data.ts';
import { createContext } from '../models/context.ts';
import type { Model } from '../models/model.ts';
import { evaluationBatch } from '../models/run-model.ts';
import { countFlops } from '../tensor/flops.ts';
import { countParameters } from '../tensor/parameters.ts';
import { program } from '../tensor/program.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { StepEstimate } from './step.ts';

/** Bytes that a worker takes before it has loaded data or a model: Node.js, ONNX Runtime, the program, compiled graphs. */
const WORKER_MEMORY = 330 * 2 ** 20;
/** Values of an output that are alive at once while a batch is evaluated. */
const LIVE = 8;
/** Rows of a batch in which each example is decoded for many draws of its code. */
const DECODED_ROWS = 2048;
const SAMPLE_FILES = 400 * 1024;
const RESULT_FILE = 20 * 1024;

/** What a step does, as far as its cost follows from it. */
export interface StepWork {
  /** Operations of all updates. */
  readonly trainingFlops: number;
  readonly updates: number;
  /** Examples decoded or scored when measuring, each draw counted. */
  readonly decodings: number;
  /** Checkpoints left on disk, with samples and pictures. */
  readonly checkpoints: number;
  /** Bytes of the data sets in memory. */
  readonly data: number;
}

/**
 * What a step is expected to take: operations of training and of scoring, weights in memory eight times (start, best,
 * trained, gradient, optimiser, snapshots), a batch of outputs while measuring, the data, and what stays on disk.
 */
export function estimateStep(model: Model, work: StepWork): StepEstimate {
  const parameters = countParameters(model.parameters);
  const bytes = 4 * parameters;
  return {
    flops: work.trainingFlops + (work.decodings > 0 ? work.decodings * forwardFlops(model) : 0),
    updates: work.updates,
    parameters,
    memory: WORKER_MEMORY + 8 * bytes + work.data + outputBytes(model),
    disk: RESULT_FILE + work.checkpoints * (bytes + SAMPLE_FILES),
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

/** Bytes of the outputs of one evaluation batch. */
function outputBytes(model: Model): number {
  const { sampler, fields } = model;
  const values =
    sampler.kind === 'autoregressive'
      ? evaluationBatch(model) * sampler.context * sampler.vocabulary
      : DECODED_ROWS * sizeOf(fields[0]!.shape);
  return 4 * LIVE * values;
}

/** Operations of one example through the whole model, forward. */
function forwardFlops(model: Model): number {
  // As in training, where each example is seen once.
  const context = createContext(model, { batchSize: 1, training: new Set(model.layers) });
  const { cost } = model.players.at(-1)!.objective(context);
  return countFlops(program({ cost }));
}

/** How often a sample goes through the network. */
export const stepsOfSample = ({ sampler }: Pick<Model, 'sampler'>): number =>
  sampler.kind === 'iterative' ? sampler.steps.length : 1;
