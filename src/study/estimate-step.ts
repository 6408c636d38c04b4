import { createContext } from '../models/context.ts';
import type { Model } from '../models/model.ts';
import { countFlops } from '../tensor/flops.ts';
import { countParameters } from '../tensor/parameters.ts';
import { program } from '../tensor/program.ts';
import type { StepEstimate } from './step.ts';

/** Bytes that a worker takes before it has loaded anything: Node.js, ONNX Runtime, the program. */
const WORKER_MEMORY = 150 * 2 ** 20;
const SAMPLE_FILES = 400 * 1024;

/**
 * What a step is expected to take: operations of training and of decoding each measured example once for every draw,
 * weights in memory eight times (start, best, trained, gradient, optimiser, snapshots), two checkpoints on disk.
 */
export function estimateStep(model: Model, trainingFlops: number, decodings: number): StepEstimate {
  const bytes = 4 * countParameters(model.parameters);
  return {
    flops: trainingFlops + decodings * forwardFlops(model),
    memory: WORKER_MEMORY + 8 * bytes,
    disk: 2 * bytes + SAMPLE_FILES,
  };
}

/** Operations of one example through the whole model, forward. */
function forwardFlops(model: Model): number {
  const context = createContext(model, { batchSize: 1 });
  const { cost } = model.players.at(-1)!.objective(context);
  return countFlops(program({ cost }));
}
