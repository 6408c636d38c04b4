import { GraftError } from '../errors.ts';
import type { DType } from '../tensor/ops.ts';
import { bind, type Dimension, type Shape, sameShape, symbolsOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { AttributeValue, NodeProto, TensorProto } from './model-proto.ts';

/** Attributes of an ONNX node as plain values: whole numbers are ints unless marked by `float`. */
export type Attributes = Readonly<Record<string, number | string | readonly number[] | { float: number }>>;

export const MICROSOFT = 'com.microsoft';

/**
 * The domain of ONNX Runtime's operators on channel-blocked tensors: [n, c, h, w] lies in memory as
 * [n, c / block, h, w, block], so that a convolution reads and writes whole vectors.
 */
export const BLOCKED = 'com.microsoft.nchwc';

/** A value in channel-blocked order, and what it is a copy of. */
interface Blocked {
  readonly value: string;
  /** Of the value in plain order. */
  readonly shape: Shape;
}

/** A float attribute (a plain number would be written as an int). */
export const float = (value: number): { float: number } => ({ float: value });

/**
 * The ONNX graph under construction: hands out value names, shares equal constants, and computes open dimensions from
 * the shapes of the inputs.
 */
export class GraphBuilder {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  /** Only operators of the ONNX standard may be written. */
  readonly portable: boolean;
  /** Operator domains in use. */
  readonly domains = new Set<string>(['']);
  private readonly taken: Set<string>;
  private readonly constants = new Map<string, string>();
  private readonly written = new Map<string, readonly string[]>();
  /** Values that exist in channel-blocked order as well, by their plain names. */
  private readonly blocked = new Map<string, Blocked>();
  private readonly scalars = new Set<string>();
  private readonly inputs: readonly Tensor[];
  private readonly symbols: Readonly<Record<string, number>>;
  private counter = 0;

  /**
   * @param inputs the program's inputs, whose ONNX names are their own
   * @param reserved names that no value of the graph may take
   * @param symbols dimensions that are fixed although the program leaves them open
   * @param portable only operators of the ONNX standard may be written
   */
  constructor(
    inputs: readonly Tensor[],
    reserved: Iterable<string>,
    symbols: Readonly<Record<string, number>> = {},
    portable = false,
  ) {
    this.portable = portable;
    this.inputs = inputs;
    this.taken = new Set(reserved);
    this.symbols = symbols;
  }

  /** Appends a node with one output and returns the output's name. */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string {
    return this.nodeWithOutputs(opType, inputs, [true], attributes, domain)[0]!;
  }

  /**
   * Appends a node; outputs that are not wanted are left out and come back as ''. A node that does what an earlier one
   * does is not written again.
   */
  nodeWithOutputs(
    opType: string,
    inputs: readonly string[],
    wanted: readonly boolean[],
    attributes: Attributes = {},
    domain = '',
  ): readonly string[] {
    const key = JSON.stringify([opType, domain, inputs, wanted, attributes]);
    const known = this.written.get(key);
    if (known !== undefined) return known;
    const outputs = wanted.map((is) => (is ? this.freshName() : ''));
    this.append(opType, inputs, outputs, attributes, domain);
    this.written.set(key, outputs);
    return outputs;
  }

  /** Appends a node that writes values of given names. */
  append(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
    domain = '',
  ): void {
    this.domains.add(domain);
    const trimmed = [...outputs];
    while (trimmed[trimmed.length - 1] === '') trimmed.pop();
    this.nodes.push({
      opType,
      domain,
      name: `n${this.nodes.length}`,
      inputs,
      outputs: trimmed,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)]),
      ),
    });
  }

  /**
   * Appends an element-wise node with one output. Where its operands exist in channel-blocked order, it works on those,
   * so that the next convolution need not reorder them.
   * @param flags the output is truth values, which cannot be reordered
   */
  elementwise(opType: string, inputs: readonly string[], attributes: Attributes = {}, flags = false): string {
    const operands = inputs.filter((input) => input !== '' && !this.scalars.has(input));
    const known = operands.map((input) => this.blocked.get(input));
    const [first] = known;
    if (first === undefined || !known.every((b) => b !== undefined && sameShape(b.shape, first.shape)))
      return this.node(opType, inputs, attributes);
    const value = this.node(
      opType,
      inputs.map((input) => this.blocked.get(input)?.value ?? input),
      attributes,
    );
    if (!flags) return this.leaveBlocked(value, first.shape);
    const plain = this.node(opType, inputs, attributes);
    this.blocked.set(plain, { value, shape: first.shape });
    return plain;
  }

  /** The value in channel-blocked order. */
  enterBlocked(value: string): string {
    return this.blocked.get(value)?.value ?? this.node('ReorderInput', [value], {}, BLOCKED);
  }

  /** The plain value of a blocked one. */
  leaveBlocked(value: string, shape: Shape): string {
    const plain = this.node('ReorderOutput', [value], { channels: shape[1] as number }, BLOCKED);
    this.blocked.set(plain, { value, shape });
    return plain;
  }

  /** A float32, int32 or bool constant with a name of its own, not shared. */
  tensor(name: string, type: DType, dims: readonly number[], data: ArrayBufferView): void {
    this.initializers.push({ name, type, dims, raw: bytesOf(data) });
  }

  /** A shared float32 constant. */
  float(value: number): string {
    return this.floats([], [value]);
  }

  floats(dims: readonly number[], values: ArrayLike<number>): string {
    return this.shared('float32', dims, Float32Array.from(values));
  }

  /** A shared int64 vector, as shapes, axes and pads are. */
  integers(values: readonly (number | bigint)[]): string {
    return this.shared('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /** A shared int64 scalar. */
  integer(value: number | bigint): string {
    return this.shared('int64', [], BigInt64Array.of(BigInt(value)));
  }

  /** A constant that is shared with all equal ones. */
  shared(type: DType | 'int64', dims: readonly number[], data: ArrayBufferView): string {
    const raw = bytesOf(data);
    const key = raw.length <= 256 ? `${type}[${dims}]${Buffer.from(raw).toString('hex')}` : undefined;
    const known = key === undefined ? undefined : this.constants.get(key);
    if (known !== undefined) return known;
    const name = this.freshName('c');
    this.initializers.push({ name, type, dims, raw });
    if (dims.length === 0) this.scalars.add(name);
    if (key !== undefined) this.constants.set(key, name);
    return name;
  }

  /** A dimension as a number where its symbols are fixed. */
  fix(dimension: Dimension): Dimension {
    if (typeof dimension === 'number') return dimension;
    return symbolsOf([dimension]).every((symbol) => symbol in this.symbols)
      ? bind(dimension, this.symbols)
      : dimension;
  }

  /** A shape as an int64 vector: a constant where all dimensions are numbers, else computed while running. */
  shape(dimensions: Shape): string {
    const fixed = dimensions.map((dimension) => this.fix(dimension));
    if (fixed.every((dimension) => typeof dimension === 'number')) return this.integers(fixed as number[]);
    const parts = fixed.map((dimension) =>
      typeof dimension === 'number' ? this.integers([dimension]) : this.openDimension(dimension),
    );
    return this.once(`shape ${fixed.join()}`, () =>
      parts.length === 1 ? parts[0]! : this.node('Concat', parts, { axis: 0 }),
    );
  }

  /** An open dimension such as '64*batch' as an int64 vector of one element. */
  private openDimension(dimension: string): string {
    return this.once(`dimension ${dimension}`, () => {
      const direct = this.sizeOfInput(dimension);
      if (direct !== undefined) return direct;
      const factors = dimension.split('*').map((part) => {
        const fixed = this.fix(Number.isNaN(Number(part)) ? part : Number(part));
        if (typeof fixed === 'number') return this.integers([fixed]);
        const size = this.sizeOfInput(fixed);
        if (size !== undefined) return size;
        throw new GraftError('unsupported', {
          what: `open dimension '${fixed}'`,
          reason: 'no input of the program has an axis of this size alone',
          hint: 'Give the program an input with such an axis, or fix the dimension.',
        });
      });
      return factors.reduce((a, b) => this.node('Mul', [a, b]));
    });
  }

  private sizeOfInput(dimension: string): string | undefined {
    for (const input of this.inputs) {
      const axis = input.shape.indexOf(dimension);
      if (axis < 0 || input.node.op !== 'input') continue;
      const { name } = input.node.attributes as { name: string };
      return this.once(`size ${dimension}`, () => this.node('Shape', [name], { start: axis, end: axis + 1 }));
    }
    return undefined;
  }

  private once(key: string, make: () => string): string {
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.constants.set(key, name);
    return name;
  }

  private freshName(prefix = 't'): string {
    let name: string;
    do name = `${prefix}${this.counter++}`;
    while (this.taken.has(name));
    return name;
  }
}

function attributeOf(value: Attributes[string]): AttributeValue {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if ('float' in value) return { kind: 'float', value: value.float };
  return { kind: 'ints', value };
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
