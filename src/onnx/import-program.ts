import { GraftError } from '../errors.ts';
import { blockedInputs } from '../tensor/blocked-gradients.ts';
import { input } from '../tensor/build.ts';
import {
  BATCH,
  type ImportedProgram,
  type ImportedWeight,
  weightInputs,
} from '../tensor/imported-program.ts';
import { instantiateProgram } from '../tensor/instantiate-program.ts';
import { openDimension } from '../tensor/open-dimension.ts';
import { program } from '../tensor/program.ts';
import type { Node } from '../tensor/tensor.ts';
import type { ReadTensor } from './external-data.ts';
import { type ImportedGraph, importGraph } from './import-graph.ts';
import type { ModelProto } from './model-proto.ts';
import { nameWeights } from './name-weights.ts';
import { type ReadValues, weightInput } from './stored-tensors.ts';

export interface ImportProgramOptions {
  readonly path?: string;
  readonly read?: ReadTensor;
  /** The shape of each input for a number of examples. */
  readonly shapes: (batch: number) => Readonly<Record<string, readonly number[]>>;
  /** Values of inputs that are no inputs of the program, for a number of examples. */
  readonly values?: (batch: number) => Readonly<Record<string, ArrayLike<number>>>;
  /** Names of the values that the program gives; default: the graph's outputs. */
  readonly outputs?: readonly string[];
  /** Stored tensors that are no weights. */
  readonly constants?: ReadonlySet<string>;
  /** The number of examples that the file declares, where it declares one. */
  readonly declaredBatch?: number;
}

/**
 * Numbers of examples that a graph is imported with to see what follows from them: primes, which hardly any layer has
 * as a width. The second pair is for the model that has.
 */
const PROBES = [
  [37, 41],
  [53, 59],
] as const;

/**
 * The program of an ONNX file with an open number of examples, its weights named and grouped in layers. Fails as
 * `importGraph` does, and with `unsupported` where what is computed depends on the number of examples. Whether examples
 * depend on each other is not seen here.
 */
export function importProgram(model: ModelProto, options: ImportProgramOptions): ImportedProgram {
  let first: unknown;
  const stored: ReadValues = new Map();
  for (const [a, b] of PROBES)
    try {
      return open(model, options, stored, a, b);
    } catch (error) {
      if (!(error instanceof GraftError)) throw error;
      first ??= error;
    }
  throw first;
}

function open(
  model: ModelProto,
  options: ImportProgramOptions,
  stored: ReadValues,
  a: number,
  b: number,
): ImportedProgram {
  const build = (size: number): ImportedGraph =>
    importGraph(model, {
      shapes: options.shapes(size),
      ...(options.path === undefined ? {} : { path: options.path }),
      ...(options.read === undefined ? {} : { read: options.read }),
      ...(options.values === undefined ? {} : { values: options.values(size) }),
      ...(options.constants === undefined ? {} : { constants: options.constants }),
      ...(options.outputs === undefined ? {} : { outputs: options.outputs }),
      batch: { size, ...(options.declaredBatch === undefined ? {} : { declared: options.declaredBatch }) },
      stored,
    });
  const one = build(a);
  const two = build(b);
  const origin = (node: Node): string => one.origin(node) ?? node.op;
  const outputs = openDimension(
    BATCH,
    { size: a, outputs: one.outputs },
    { size: b, outputs: two.outputs },
    origin,
  );
  const named = nameWeights(one.weights);
  const byInput = new Map(named.map((weight) => [weightInput(weight.stored.name), weight]));
  const renamed = instantiateProgram(
    { outputs },
    ({ attributes: { name, shape, dtype } }) => {
      const weight = byInput.get(name);
      if (weight === undefined) return input(name, shape, dtype);
      const kind = weight.stored.statistic ? 'state' : 'parameter';
      return input(weightInputs[kind](weight.name), shape);
    },
    { [BATCH]: BATCH },
  );
  const values = ({ stored, ...spec }: (typeof named)[number]): ImportedWeight => ({
    ...spec,
    values: Float32Array.from(stored.values),
  });
  const parameters = named.filter(({ stored }) => !stored.statistic).map(values);
  return {
    program: program(renamed),
    parameters,
    state: named.filter(({ stored }) => stored.statistic).map(values),
    layers: [...new Set(parameters.map(({ layer }) => layer))],
    blocked: blockedInputs(Object.values(one.outputs), new Set(byInput.keys())).flatMap(({ name, by }) => {
      const weight = byInput.get(name)!;
      return weight.stored.statistic ? [] : [{ name: weight.name, layer: weight.layer, by: origin(by) }];
    }),
  };
}
