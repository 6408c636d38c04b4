import {
  type AttributeValue,
  elementTypes,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfo,
} from './model-proto.ts';
import { encodeMessage, type MessageSink } from './protobuf-writer.ts';

/** The bytes of an ONNX file. The same model gives the same bytes. */
export function encodeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  return encodeMessage((sink) => {
    sink.integer(1, model.irVersion);
    sink.text(2, model.producerName);
    sink.text(3, model.producerVersion);
    sink.text(6, model.doc);
    sink.message(7, (graph) => writeGraph(graph, model.graph));
    writeOpsets(sink, 8, model.opsets);
    for (const [key, value] of Object.entries(model.metadata)) writeEntry(sink, 14, key, value);
    for (const entry of model.functions ?? []) sink.message(25, (inner) => writeFunction(inner, entry));
  });
}

function writeOpsets(sink: MessageSink, field: number, opsets: ModelProto['opsets']): void {
  for (const [domain, version] of Object.entries(opsets))
    sink.message(field, (opset) => {
      opset.text(1, domain);
      opset.integer(2, version);
    });
}

function writeFunction(sink: MessageSink, entry: FunctionProto): void {
  sink.text(1, entry.name);
  for (const name of entry.inputs) sink.text(4, name);
  for (const name of entry.outputs) sink.text(5, name);
  for (const node of entry.nodes) sink.message(7, (inner) => writeNode(inner, node));
  writeOpsets(sink, 9, entry.opsets);
  sink.text(10, entry.domain);
  for (const [name, value] of Object.entries(entry.defaults))
    sink.message(11, (inner) => writeAttribute(inner, name, value));
}

function writeEntry(sink: MessageSink, field: number, key: string, value: string): void {
  sink.message(field, (entry) => {
    entry.text(1, key);
    entry.text(2, value);
  });
}

function writeGraph(sink: MessageSink, graph: GraphProto): void {
  for (const node of graph.nodes) sink.message(1, (inner) => writeNode(inner, node));
  sink.text(2, graph.name);
  for (const tensor of graph.initializers) sink.message(5, (inner) => writeTensor(inner, tensor));
  sink.text(10, graph.doc);
  for (const value of graph.inputs) sink.message(11, (inner) => writeValueInfo(inner, value));
  for (const value of graph.outputs) sink.message(12, (inner) => writeValueInfo(inner, value));
}

function writeNode(sink: MessageSink, node: NodeProto): void {
  for (const name of node.inputs) sink.text(1, name);
  for (const name of node.outputs) sink.text(2, name);
  sink.text(3, node.name);
  sink.text(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes))
    sink.message(5, (inner) => writeAttribute(inner, name, value));
  if (node.domain !== '') sink.text(7, node.domain);
}

function writeAttribute(sink: MessageSink, name: string, attribute: AttributeValue): void {
  sink.text(1, name);
  switch (attribute.kind) {
    case 'float':
      sink.float(2, attribute.value);
      sink.integer(20, 1);
      break;
    case 'int':
      sink.integer(3, attribute.value);
      sink.integer(20, 2);
      break;
    case 'string':
      sink.text(4, attribute.value);
      sink.integer(20, 3);
      break;
    case 'tensor':
      sink.message(5, (inner) => writeTensor(inner, attribute.value));
      sink.integer(20, 4);
      break;
    case 'graph':
      sink.message(6, (inner) => writeGraph(inner, attribute.value));
      sink.integer(20, 5);
      break;
    case 'floats':
      sink.floats(7, attribute.value);
      sink.integer(20, 6);
      break;
    case 'ints':
      sink.integers(8, attribute.value);
      sink.integer(20, 7);
      break;
    case 'strings':
      for (const value of attribute.value) sink.text(9, value);
      sink.integer(20, 8);
      break;
    case 'reference':
      sink.text(21, attribute.value);
      break;
    default:
      attribute satisfies never;
  }
}

function writeTensor(sink: MessageSink, tensor: TensorProto): void {
  for (const dimension of tensor.dims) sink.integer(1, dimension);
  sink.integer(2, elementTypes[tensor.type]);
  sink.text(8, tensor.name);
  if (tensor.external === undefined) {
    sink.bytes(9, tensor.raw);
    return;
  }
  const { location, offset, length } = tensor.external;
  writeEntry(sink, 13, 'location', location);
  writeEntry(sink, 13, 'offset', String(offset));
  writeEntry(sink, 13, 'length', String(length));
  sink.integer(14, 1);
}

function writeValueInfo(sink: MessageSink, value: ValueInfo): void {
  sink.text(1, value.name);
  const writeTensorType = (type: MessageSink) =>
    type.message(1, (tensor) => {
      tensor.integer(1, elementTypes[value.type]);
      if (value.shape === undefined) return;
      tensor.message(2, (shape) => {
        for (const dimension of value.shape!)
          shape.message(1, (inner) => {
            if (typeof dimension === 'number') inner.integer(1, dimension);
            else if (dimension !== '') inner.text(2, dimension);
          });
      });
    });
  sink.message(2, (type) => {
    if (value.sequence) type.message(4, (sequence) => sequence.message(1, writeTensorType));
    else writeTensorType(type);
  });
  sink.text(3, value.doc);
}
