import { GraftError } from '../../errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { AttributeValue, GraphProto, NodeProto, TensorProto } from '../model-proto.ts';
import { LARGEST_CONSTANT, type Value } from './value.ts';

/** A number of examples, and the one that a file declares, where it does, in place of an open dimension. */
export interface BatchSize {
  readonly size: number;
  readonly declared?: number;
}

/** What rules of nodes with graphs inside need from the import. */
export interface GraphRunner {
  /** Imports a graph in the scope of the node, its inputs being the given values, and returns its outputs. */
  run(graph: GraphProto, inputs: readonly Value[]): readonly Value[];
  /** The value of a stored tensor. */
  constant(tensor: TensorProto): Value;
  readonly batch?: BatchSize;
  /** What may be made at most. */
  readonly budget: Budget;
}

/** Whether a constant may be made or a value computed, by its shape. */
export interface Budget {
  allowsConstant(shape: readonly number[]): boolean;
  allowsValue(shape: readonly number[]): boolean;
}

/** Characters of a reason: lists out of a file may have any length. */
const LONGEST_REASON = 400;

type Kinds = { [A in AttributeValue as A['kind']]: A['value'] };

/** One node of an ONNX graph with its operands and attributes, as an import rule sees it. */
export class ImportNode {
  readonly proto: NodeProto;
  /** Version of the operator set that the file uses. */
  readonly opset: number;
  readonly graphs: GraphRunner;
  private readonly inputs: readonly (Value | undefined)[];

  constructor(proto: NodeProto, opset: number, inputs: readonly (Value | undefined)[], graphs: GraphRunner) {
    this.proto = proto;
    this.opset = opset;
    this.inputs = inputs;
    this.graphs = graphs;
  }

  /** Fails: the node asks for something that Graft does not do. */
  refuse(reason: string, hint?: string): never {
    throw new GraftError('unsupported', {
      what: nodeLabel(this.proto),
      reason: reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  get inputCount(): number {
    return this.inputs.length;
  }

  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  /** Whether anybody can read the output. */
  wants(output: number): boolean {
    return (this.proto.outputs[output] ?? '') !== '';
  }

  value(index: number): Value {
    return this.inputs[index] ?? this.refuse(`input ${index} is missing`);
  }

  tensor(index: number): Tensor {
    return this.value(index).tensor();
  }

  /** All inputs as tensors. */
  tensors(): Tensor[] {
    return this.inputs.map((_, i) => this.tensor(i));
  }

  /** The numbers of an input that decides about shapes and must therefore be known now. */
  numbers(index: number, what: string): number[] {
    const numbers = this.value(index).numbers();
    if (numbers === undefined)
      return this.refuse(
        `its ${what} (input ${index}, '${this.proto.inputs[index]}') is computed from data, so that shapes are not known in advance`,
      );
    if (numbers.length > LARGEST_CONSTANT) this.refuse(`its ${what} has ${numbers.length} numbers`);
    return Array.from(numbers);
  }

  /** Like `numbers`, for a single one. */
  number(index: number, what: string): number {
    const [first] = this.numbers(index, what);
    return first ?? this.refuse(`its ${what} is empty`);
  }

  int(name: string, otherwise: number): number {
    return this.attribute(name, 'int') ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.attribute(name, 'float') ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    return this.attribute(name, 'string') ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name, 'ints');
  }

  floats(name: string): readonly number[] | undefined {
    return this.attribute(name, 'floats');
  }

  texts(name: string): readonly string[] | undefined {
    return this.attribute(name, 'strings');
  }

  graph(name: string): GraphProto {
    return this.attribute(name, 'graph') ?? this.refuse(`it lacks the graph '${name}'`);
  }

  /** An attribute that must have the given kind where it is there. */
  attribute<K extends AttributeValue['kind']>(name: string, kind: K): Kinds[K] | undefined {
    const attribute = Object.hasOwn(this.proto.attributes, name) ? this.proto.attributes[name] : undefined;
    if (attribute === undefined) return undefined;
    if (attribute.kind !== kind)
      return this.refuse(`attribute '${name}' is of kind ${attribute.kind} where ${kind} is needed`);
    return attribute.value as Kinds[K];
  }

  /** Axes counted from the front, from an attribute (older operator sets) or an input. */
  axes(attribute: string, input: number | undefined, rank: number): number[] | undefined {
    const list =
      this.ints(attribute) ??
      (input !== undefined && this.has(input) ? this.numbers(input, 'axes') : undefined);
    return list?.map((axis) => this.axis(axis, rank));
  }

  axis(axis: number, rank: number): number {
    const result = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(result) || result < 0 || result >= rank)
      this.refuse(`axis ${axis} is not one of a tensor with ${rank} axes`);
    return result;
  }

  /** Fails where a constant of that shape is more than may be made: to be asked before one is. */
  checkConstant(shape: readonly number[]): void {
    if (!this.graphs.budget.allowsConstant(shape)) this.refuseShape(shape);
  }

  /** Fails where a value of that shape is none that may be computed. */
  checkValue(shape: readonly number[]): void {
    if (!this.graphs.budget.allowsValue(shape)) this.refuseShape(shape);
  }

  private refuseShape(shape: readonly number[]): never {
    return this.refuse(`it makes a tensor of shape [${shape.join(', ')}]`);
  }
}

/** A node as errors call it. */
export function nodeLabel({ name, opType, domain, outputs }: NodeProto): string {
  const type = domain === '' ? opType : `${domain}.${opType}`;
  return name === '' ? `the node ${type} that makes '${outputs[0] ?? ''}'` : `node '${name}' (${type})`;
}
