import type { Look } from '../training/look.ts';
import type { Measurement } from './measurement.ts';

/** A place in the matrix. */
export interface Cell {
  /** Label of the model (base checkpoint or family). */
  readonly model: string;
  /** Label of the technique with its options. */
  readonly technique: string;
  /** Target examples that the trial may look at. */
  readonly budget: number;
  readonly seed: number;
}

/** What a trial cost. Seconds add up over interruptions. */
export interface Cost {
  readonly trainingSeconds: number;
  readonly trainingCpuSeconds: number;
  readonly measuringSeconds: number;
  readonly steps: number;
  /** Updates until the kept weights. */
  readonly stepsToBest: number;
  /** Updates until validation came within the tolerance of its best; null if it was still improving at the end. */
  readonly stepsToConvergence: number | null;
  /** Resident memory of the worker at its peak during the trial, bytes; what earlier steps left in memory counts. */
  readonly peakMemory: number;
  readonly parameters: number;
  readonly trainedParameters: number;
  /** Floating-point operations of training, counted from the graph. */
  readonly trainingFlops: number;
  /** Milliseconds for one sample, median and 95th percentile; absent where the model makes none. */
  readonly sampleLatency?: { readonly p50: number; readonly p95: number };
  /** Samples per second in batches; absent where the model makes none. */
  readonly sampleThroughput?: number;
  /** Bytes of model.safetensors. */
  readonly fileSize: number;
}

/** Everything that a finished trial recorded. */
export interface TrialResult {
  readonly cell: Cell;
  /** Null where nothing was trained. */
  readonly learningRate: number | null;
  /** Stages as they ran: which layers, from which update to which. */
  readonly stages: readonly {
    readonly name: string;
    readonly layers: readonly string[];
    readonly from: number;
    readonly to: number;
  }[];
  readonly looks: readonly Look[];
  /** What looks measured, where it was not the loss. */
  readonly criterion?: 'samples';
  /** Unit of validation, and of training losses where validation is a loss. */
  readonly lossUnit: string;
  /** All stages ran, and validation had stopped improving before the end. */
  readonly converged: boolean;
  readonly measurements: readonly Measurement[];
  readonly cost: Cost;
  /** Files in the step's folder, relative. */
  readonly files: {
    readonly checkpoint: string;
    /** For images a PNG grid; for text a JSON list of strings; absent where the model makes none. */
    readonly samples?: string;
    /** Nearest training example of each sample: for images a PNG of pairs; for text JSON. */
    readonly nearest?: string;
    /** Reconstructions beside originals, where the family has them. */
    readonly reconstructions?: string;
  };
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** SHA-256 of the final weights: bit-identical runs have equal ones. */
  readonly weightsHash: string;
}
