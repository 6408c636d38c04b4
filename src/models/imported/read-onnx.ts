import { GraftError } from '../../errors.ts';
import { readFileChecked } from '../../formats/read-file-checked.ts';
import { decodeModel } from '../../onnx/decode-model.ts';
import { tensorReader } from '../../onnx/external-data.ts';
import { importProgram } from '../../onnx/import-program.ts';
import { LARGEST_CONSTANT } from '../../onnx/import-rules/value.ts';
import type { ModelProto, ValueInfo } from '../../onnx/model-proto.ts';
import { constant } from '../../tensor/build.ts';
import { type ImportedProgram, weightInputs } from '../../tensor/imported-program.ts';
import { instantiateProgram } from '../../tensor/instantiate-program.ts';
import { program } from '../../tensor/program.ts';
import { sizeOf } from '../../tensor/shape.ts';

/** What an input that the role does not feed is filled with; `hot:3`: 1 at the fourth place of its last axis, else 0. */
export type Filling = 'zeros' | 'ones' | 'range' | `hot:${number}` | number;

/** An ONNX file with its inputs. */
export interface OnnxFile {
  readonly path: string;
  readonly model: ModelProto;
  /** Inputs that are no stored tensors. */
  readonly inputs: readonly ValueInfo[];
}

export function readOnnx(path: string): OnnxFile {
  const model = decodeModel(readFileChecked(path, 'ONNX'), path);
  const stored = new Set(model.graph.initializers.map(({ name }) => name));
  return { path, model, inputs: model.graph.inputs.filter(({ name }) => !stored.has(name)) };
}

/** How a file's input is fed, without its batch axis, and what other inputs get. */
export interface Feeding {
  readonly input: string;
  readonly shape: readonly number[];
  readonly fill: Readonly<Record<string, Filling>>;
  /** Length of sequences, for the open dimensions of other inputs. */
  readonly context?: number;
  /** Stored tensors that are no weights. */
  readonly constants?: readonly string[];
}

/** The program of a file for the given feeding; `outputs`: names of the values that are wanted. */
export function programOf(
  file: OnnxFile,
  { input, shape, fill, context, constants = [] }: Feeding,
  outputs: readonly string[],
  freeze: boolean,
): ImportedProgram {
  const { path, model, inputs } = file;
  const main = inputs.find(({ name }) => name === input)!;
  const declared = main.shape?.[0];
  const others = inputs.filter(({ name }) => name !== input);
  const shapeOf = (info: ValueInfo, batch: number): readonly number[] => {
    // Of an input whose batch axis stands elsewhere the first axis is another open one: draws for each example, say.
    const named = info.shape?.indexOf(declared ?? '') ?? -1;
    const batchAxis = typeof declared === 'string' && named > 0 ? named : 0;
    return (info.shape ?? []).map((d, i) => {
      if (i === batchAxis) return batch;
      if (typeof d === 'number' && d > 0) return d;
      if (i === 0) return 1;
      // Nothing was kept from earlier tokens: the past is empty.
      if (isPast(info.name)) return 0;
      return context ?? refuse(info, path);
    });
  };
  const imported = importProgram(model, {
    path,
    read: tensorReader(path),
    shapes: (batch) => ({
      [input]: [batch, ...shape],
      ...Object.fromEntries(others.map((info) => [info.name, shapeOf(info, batch)])),
    }),
    values: (batch) =>
      Object.fromEntries(
        others.map((info) => [
          info.name,
          filling(fill[info.name] ?? usual(info.name) ?? refuse(info, path), shapeOf(info, batch), info.name),
        ]),
      ),
    outputs,
    constants: new Set(constants),
    ...(typeof declared === 'number' && declared > 0 ? { declaredBatch: declared } : {}),
  });
  if (imported.blocked.length === 0) return imported;
  const frozen = freezeBlocked(imported);
  if (!freeze || frozen.parameters.length === 0) throw notTrainable(imported, path);
  return frozen;
}

/** The program with the weights that no gradient reaches as constants. */
function freezeBlocked(imported: ImportedProgram): ImportedProgram {
  const blocked = new Set(imported.blocked.map(({ name }) => name));
  const fixed = new Map(
    imported.parameters
      .filter(({ name }) => blocked.has(name))
      .map(({ name, shape, values }) => [weightInputs.parameter(name), constant(values, shape)] as const),
  );
  const parameters = imported.parameters.filter(({ name }) => !blocked.has(name));
  return {
    ...imported,
    program: program(
      instantiateProgram(imported.program, (node) => fixed.get(node.attributes.name) ?? node.outputs[0]!, {}),
    ),
    parameters,
    layers: imported.layers.filter((layer) => parameters.some((w) => w.layer === layer)),
    blocked: [],
  };
}

export const refuseInput = ({ name, shape }: Pick<ValueInfo, 'name' | 'shape'>, path: string): GraftError =>
  new GraftError('unsupported', {
    what: `input '${name}' [${(shape ?? []).join(', ')}] of ${path}`,
    reason: 'the role feeds another one',
    hint: `Say what it is filled with: fill.${name}=zeros (or ones, range, hot:3, a number).`,
  });

function refuse(info: ValueInfo, path: string): never {
  throw refuseInput(info, path);
}

/** Inputs for keys and values of earlier tokens, as Optimum calls them. */
const isPast = (name: string): boolean => /^past_key_values\b/.test(name);

/** What inputs of usual names are when nothing is masked and nothing came before. */
export function usual(name: string): Filling | undefined {
  if (/attention_mask$/.test(name)) return 'ones';
  if (/position_ids$/.test(name)) return 'range';
  return /(token_type_ids|use_cache_branch)$/.test(name) || isPast(name) ? 'zeros' : undefined;
}

export function filling(fill: Filling, shape: readonly number[], name: string): Float64Array {
  if (!(sizeOf(shape) <= LARGEST_CONSTANT))
    throw new GraftError('unsupported', {
      what: `input '${name}' of shape [${shape.join(', ')}]`,
      reason: 'it is too large to be filled',
    });
  const values = new Float64Array(sizeOf(shape));
  if (fill === 'zeros') return values;
  const last = shape.at(-1) ?? 1;
  if (fill === 'range') return values.map((_, i) => i % last);
  if (typeof fill === 'number' || fill === 'ones') return values.fill(fill === 'ones' ? 1 : fill);
  const place = Number(fill.slice('hot:'.length));
  if (!(place < last))
    throw new GraftError('invalid-value', {
      what: `fill.${name}`,
      received: fill,
      allowed: `hot:0 to hot:${last - 1}`,
    });
  return values.map((_, i) => (i % last === place ? 1 : 0));
}

/** Which layers gradients cannot reach, why, and which they can. */
function notTrainable({ blocked, layers }: ImportedProgram, path: string): GraftError {
  const [first] = blocked;
  const lost = new Set(blocked.map(({ layer }) => layer));
  const left = layers.filter((layer) => !lost.has(layer));
  return new GraftError('no-rule', {
    op: `${first!.by} of ${path}`,
    rule: 'gradient',
    hint: `No gradient reaches the layers ${[...lost].join(', ')} behind it. ${
      left.length === 0
        ? 'No layer could be trained: take a value before it as output, output=NAME.'
        : `Could still be trained: ${left.join(', ')}; freeze=true keeps the others as they are.`
    }`,
  });
}
