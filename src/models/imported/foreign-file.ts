import { looksLikeTfjs, readTfjsLayers } from '../../formats/tfjs-layers.ts';
import type { GraphProto } from '../../onnx/model-proto.ts';
import { constant } from '../../tensor/build.ts';
import { expand } from '../../tensor/functions/arrangement.ts';
import { BATCH, type ImportedProgram } from '../../tensor/imported-program.ts';
import { isConcrete } from '../../tensor/shape.ts';
import { kerasInput, kerasInputShape, kerasProgram } from './keras-program.ts';
import { type Feeding, filling, programOf, readOnnx, refuseInput, usual } from './read-onnx.ts';

/** An input of a foreign model; its first axis is that of examples, names stand for what is open. */
export interface ForeignInput {
  readonly name: string;
  readonly shape?: readonly (number | string)[];
}

/** A file of another program that holds a computation with its weights, whatever its format. */
export interface ForeignFile {
  readonly path: string;
  /** What a card calls it: `file of ONNX`. */
  readonly format: string;
  readonly inputs: readonly ForeignInput[];
  readonly outputs: readonly string[];
  /** Names of the tensors that it stores, where it does not say itself which of them are trained. */
  readonly stored?: readonly string[];
  /** The program for a feeding; `outputs`: names of the values that are wanted; `freeze`: keep what no gradient reaches. */
  program(feeding: Feeding, outputs: readonly string[], freeze: boolean): ImportedProgram;
}

/** Reads an ONNX file, or a TensorFlow.js Layers model where the file is its `model.json`. */
export function readForeign(path: string): ForeignFile {
  if (looksLikeTfjs(path)) return readTfjs(path);
  const file = readOnnx(path);
  return {
    path,
    format: 'file of ONNX',
    inputs: file.inputs,
    outputs: file.model.graph.outputs.map(({ name }) => name),
    stored: storedNames(file.model.graph),
    program: (feeding, outputs, freeze) => programOf(file, feeding, outputs, freeze),
  };
}

/** Names of the tensors that a graph stores, those of graphs inside it included. */
const storedNames = ({ initializers, nodes }: GraphProto): string[] => [
  ...initializers.map(({ name }) => name),
  ...nodes.flatMap(({ attributes }) =>
    Object.values(attributes).flatMap((attribute) =>
      attribute.kind === 'graph' ? storedNames(attribute.value) : [],
    ),
  ),
];

function readTfjs(path: string): ForeignFile {
  const model = readTfjsLayers(path);
  const inputs = model.inputs.map((name): ForeignInput => {
    const layer = model.layers.find((entry) => entry.name === name);
    const shape = layer === undefined ? undefined : kerasInputShape(layer);
    return { name, ...(shape === undefined ? {} : { shape: [BATCH, ...shape.map((d) => d ?? '?')] }) };
  });
  return {
    path,
    format: 'TensorFlow.js Layers model',
    inputs,
    outputs: model.outputs,
    program({ input, shape, fill }, outputs) {
      const fed = inputs.map((info) => {
        if (info.name === input) return [info.name, kerasInput(info.name, shape)] as const;
        const rest = info.shape?.slice(1);
        const given = fill[info.name] ?? usual(info.name);
        if (given === undefined || rest === undefined || !isConcrete(rest)) throw refuseInput(info, path);
        const one = constant(filling(given, [1, ...rest], info.name), [1, ...rest]);
        return [info.name, expand(one, [BATCH, ...rest])] as const;
      });
      return kerasProgram(model, Object.fromEntries(fed), outputs);
    },
  };
}
