import type { ParameterSpec } from './parameters.ts';
import type { Program } from './program.ts';

/** Symbol of the number of examples in imported programs. */
export const BATCH = 'batch';

/** Names of the inputs of imported programs that stand for weights. */
export const weightInputs = {
  parameter: (name: string): string => `parameter/${name}`,
  state: (name: string): string => `state/${name}`,
} as const;

/** A weight of an imported program with its values. */
export interface ImportedWeight extends ParameterSpec {
  readonly values: Float32Array;
}

/** A weight that no gradient of the outputs reaches. */
export interface BlockedWeight {
  readonly name: string;
  readonly layer: string;
  /** The part of the original through which no gradient flows, as the file calls it. */
  readonly by: string;
}

/**
 * What another program's model becomes, whatever its file format: a tensor program whose number of examples is open,
 * with weights grouped in layers. Its inputs are those of the model and `parameter/<name>` and `state/<name>` for each
 * weight.
 */
export interface ImportedProgram {
  readonly program: Program;
  /** Weights that are trained, in the order in which the program reads them. */
  readonly parameters: readonly ImportedWeight[];
  /** Weights that no gradient moves: running statistics of normalisations. */
  readonly state: readonly ImportedWeight[];
  /** From input to output. */
  readonly layers: readonly string[];
  /** Weights that gradients cannot reach, each with the part of the original that is in the way. */
  readonly blocked: readonly BlockedWeight[];
}
