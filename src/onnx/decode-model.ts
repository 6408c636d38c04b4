import { decodeTensor, elementTypeOf, readEntry } from './decode-tensor.ts';
import type {
  AttributeValue,
  ElementType,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfo,
} from './model-proto.ts';
import { type Field, ProtobufReader } from './protobuf-reader.ts';

/** Graphs inside nodes may be nested this deep. */
const DEEPEST = 32;

/**
 * Reads an ONNX file. Whatever the bytes are, the result is a model or a `bad-file` error; parts that Graft does not
 * use are left out. Tensors are views into `bytes`.
 * @param path what errors call the file
 */
export function decodeModel(bytes: Uint8Array, path = 'model'): ModelProto {
  const reader = new ProtobufReader(bytes, path);
  let irVersion = 0;
  let producerName = '';
  let producerVersion = '';
  let doc: string | undefined;
  let graph: GraphProto | undefined;
  const opsets: [string, number][] = [];
  const metadata: [string, string][] = [];
  const functions: FunctionProto[] = [];
  reader.fields((field) => {
    if (field.number === 1) irVersion = reader.integer(field);
    else if (field.number === 2) producerName = reader.text(field);
    else if (field.number === 3) producerVersion = reader.text(field);
    else if (field.number === 6) doc = reader.text(field);
    else if (field.number === 7) graph = readGraph(reader, field, 0);
    else if (field.number === 8) opsets.push(readOpset(reader, field));
    else if (field.number === 14) metadata.push(readEntry(reader, field));
    else if (field.number === 25) functions.push(readFunction(reader, field));
    else return false;
    return true;
  });
  if (graph === undefined) return reader.fail('there is no graph in it');
  return {
    irVersion,
    producerName,
    producerVersion,
    ...(doc === undefined ? {} : { doc }),
    opsets: Object.fromEntries(opsets),
    metadata: Object.fromEntries(metadata),
    graph,
    ...(functions.length === 0 ? {} : { functions }),
  };
}

function readOpset(reader: ProtobufReader, field: Field): [string, number] {
  let domain = '';
  let version = 0;
  reader.message(field, (inner) => {
    if (inner.number === 1) domain = reader.text(inner);
    else if (inner.number === 2) version = reader.integer(inner);
    else return false;
    return true;
  });
  return [domain === 'ai.onnx' ? '' : domain, version];
}

function readFunction(reader: ProtobufReader, field: Field): FunctionProto {
  let name = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: NodeProto[] = [];
  const opsets: [string, number][] = [];
  const defaults: [string, AttributeValue][] = [];
  reader.message(field, (inner) => {
    if (inner.number === 1) name = reader.text(inner);
    else if (inner.number === 4) inputs.push(reader.text(inner));
    else if (inner.number === 5) outputs.push(reader.text(inner));
    else if (inner.number === 7) nodes.push(readNode(reader, inner, 0));
    else if (inner.number === 9) opsets.push(readOpset(reader, inner));
    else if (inner.number === 10) domain = reader.text(inner);
    else if (inner.number === 11) defaults.push(readAttribute(reader, inner, 0));
    else return false;
    return true;
  });
  return {
    domain: domain === 'ai.onnx' ? '' : domain,
    name,
    inputs,
    outputs,
    nodes,
    opsets: Object.fromEntries(opsets),
    defaults: Object.fromEntries(defaults),
  };
}

function readGraph(reader: ProtobufReader, field: Field, depth: number): GraphProto {
  if (depth > DEEPEST) reader.fail(`graphs are nested more than ${DEEPEST} deep`);
  let name = '';
  let doc: string | undefined;
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  reader.message(field, (inner) => {
    if (inner.number === 1) nodes.push(readNode(reader, inner, depth));
    else if (inner.number === 2) name = reader.text(inner);
    else if (inner.number === 5) initializers.push(decodeTensor(reader, inner));
    else if (inner.number === 10) doc = reader.text(inner);
    else if (inner.number === 11) inputs.push(readValueInfo(reader, inner));
    else if (inner.number === 12) outputs.push(readValueInfo(reader, inner));
    else return false;
    return true;
  });
  return { name, ...(doc === undefined ? {} : { doc }), nodes, initializers, inputs, outputs };
}

function readNode(reader: ProtobufReader, field: Field, depth: number): NodeProto {
  let name = '';
  let opType = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: [string, AttributeValue][] = [];
  let scope: string | undefined;
  reader.message(field, (inner) => {
    if (inner.number === 1) inputs.push(reader.text(inner));
    else if (inner.number === 2) outputs.push(reader.text(inner));
    else if (inner.number === 3) name = reader.text(inner);
    else if (inner.number === 4) opType = reader.text(inner);
    else if (inner.number === 5) attributes.push(readAttribute(reader, inner, depth));
    else if (inner.number === 7) domain = reader.text(inner);
    else if (inner.number === 9) scope = scopeOf(readEntry(reader, inner)) ?? scope;
    else return false;
    return true;
  });
  if (opType === '') reader.fail('a node has no operator');
  return {
    opType,
    domain: domain === 'ai.onnx' ? '' : domain,
    name,
    inputs,
    outputs,
    attributes: Object.fromEntries(attributes),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** The innermost module of a note such as `['', 'h.0', 'h.0.attn', 'linear']`, whose last entry is the operation. */
function scopeOf([key, value]: readonly [string, string]): string | undefined {
  if (key !== 'pkg.torch.onnx.name_scopes') return undefined;
  return [...value.matchAll(/'([^']*)'/g)].at(-2)?.[1];
}

function readAttribute(reader: ProtobufReader, field: Field, depth: number): [string, AttributeValue] {
  let name = '';
  let type = 0;
  let float = 0;
  let int = 0;
  let text = '';
  let reference: string | undefined;
  let tensor: TensorProto | undefined;
  let graph: GraphProto | undefined;
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  reader.message(field, (inner) => {
    if (inner.number === 1) name = reader.text(inner);
    else if (inner.number === 2) float = reader.float(inner);
    else if (inner.number === 3) int = reader.integer(inner);
    else if (inner.number === 4) text = reader.text(inner);
    else if (inner.number === 5) tensor = decodeTensor(reader, inner);
    else if (inner.number === 6) graph = readGraph(reader, inner, depth + 1);
    else if (inner.number === 7) reader.floats(inner, floats);
    else if (inner.number === 8) reader.integers(inner, ints);
    else if (inner.number === 9) strings.push(reader.text(inner));
    else if (inner.number === 20) type = reader.integer(inner);
    else if (inner.number === 21) reference = reader.text(inner);
    else return false;
    return true;
  });
  if (name === '') reader.fail('an attribute has no name');
  if (reference) return [name, { kind: 'reference', value: reference }];
  // Old files leave the type out; what is filled in tells it.
  switch (type || guessType({ text, tensor, graph, floats, ints, strings, int, float })) {
    case 1:
      return [name, { kind: 'float', value: float }];
    case 2:
      return [name, { kind: 'int', value: int }];
    case 3:
      return [name, { kind: 'string', value: text }];
    case 4:
      return tensor === undefined
        ? reader.fail(`attribute '${name}' lacks its tensor`)
        : [name, { kind: 'tensor', value: tensor }];
    case 5:
      return graph === undefined
        ? reader.fail(`attribute '${name}' lacks its graph`)
        : [name, { kind: 'graph', value: graph }];
    case 6:
      return [name, { kind: 'floats', value: floats }];
    case 7:
      return [name, { kind: 'ints', value: ints }];
    case 8:
      return [name, { kind: 'strings', value: strings }];
    default:
      return reader.fail(`attribute '${name}' has the unsupported type ${type}`);
  }
}

function guessType(found: {
  text: string;
  tensor: TensorProto | undefined;
  graph: GraphProto | undefined;
  floats: readonly number[];
  ints: readonly number[];
  strings: readonly string[];
  int: number;
  float: number;
}): number {
  if (found.tensor !== undefined) return 4;
  if (found.graph !== undefined) return 5;
  if (found.floats.length > 0) return 6;
  if (found.ints.length > 0) return 7;
  if (found.strings.length > 0) return 8;
  if (found.text !== '') return 3;
  return found.float !== 0 ? 1 : 2;
}

function readValueInfo(reader: ProtobufReader, field: Field): ValueInfo {
  let name = '';
  let doc: string | undefined;
  let type: ElementType | undefined;
  let shape: (number | string)[] | undefined;
  reader.message(field, (inner) => {
    if (inner.number === 1) name = reader.text(inner);
    else if (inner.number === 3) doc = reader.text(inner);
    else if (inner.number === 2)
      reader.message(inner, (kind) => {
        if (kind.number !== 1) return false;
        reader.message(kind, (tensor) => {
          if (tensor.number === 1) type = elementTypeOf(reader, reader.integer(tensor), `value '${name}'`);
          else if (tensor.number === 2) shape = readShape(reader, tensor);
          else return false;
          return true;
        });
        return true;
      });
    else return false;
    return true;
  });
  if (type === undefined) return reader.fail(`value '${name}' is not a tensor`);
  return {
    name,
    type,
    ...(shape === undefined ? {} : { shape }),
    ...(doc === undefined ? {} : { doc }),
  };
}

function readShape(reader: ProtobufReader, field: Field): (number | string)[] {
  const shape: (number | string)[] = [];
  reader.message(field, (inner) => {
    if (inner.number !== 1) return false;
    let dimension: number | string = '';
    reader.message(inner, (part) => {
      if (part.number === 1) dimension = reader.integer(part);
      else if (part.number === 2) dimension = reader.text(part);
      else return false;
      return true;
    });
    // Some exporters write -1 or 0 for an unknown dimension.
    shape.push(typeof dimension === 'number' && dimension < 0 ? '' : dimension);
    return true;
  });
  return shape;
}
