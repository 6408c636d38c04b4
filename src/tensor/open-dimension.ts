import { GraftError } from '../errors.ts';
import { applyNode, constant } from './build.ts';
import { expand } from './functions/arrangement.ts';
import type { ConstantData, OpAttributes, OpName } from './ops.ts';
import { topologicalOrder } from './program.ts';
import { type Dimension, product, sameShape, sizeOf } from './shape.ts';
import { isOp, type Node, type Tensor } from './tensor.ts';

/** A program's outputs, built with one size of a dimension. */
export interface Built {
  readonly size: number;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Opens a dimension: from the same program built with two sizes of it the one program in which it is a symbol. Every
 * number that differs between the two must be a multiple of the size (or of its square), as it is wherever the
 * dimension is a number of examples that do not see each other. Fails with `unsupported` where it is not.
 * @param origin what errors say about a node of the first program
 */
export function openDimension(
  symbol: string,
  first: Built,
  second: Built,
  origin: (node: Node) => string = ({ op }) => op,
): Record<string, Tensor> {
  const a = topologicalOrder(Object.values(first.outputs));
  const b = topologicalOrder(Object.values(second.outputs));
  const made = new Map<Node, readonly Tensor[]>();
  for (const [i, node] of a.entries()) {
    const twin = b[i];
    const fail = (reason: string): never => {
      throw new GraftError('unsupported', { what: `an open ${symbol} in ${origin(node)}`, reason });
    };
    if (twin === undefined || twin.op !== node.op || a.length !== b.length)
      fail('it computes something else for each number of examples');
    const merged = new Merge(symbol, first.size, second.size, fail);
    if (isOp(node, 'constant')) {
      made.set(node, [merged.constants(node, twin as Node<'constant'>)]);
      continue;
    }
    const operands = node.inputs.map(({ node: below, index }) => made.get(below)![index]!);
    const attributes = merged.attributes(node, twin!);
    try {
      made.set(node, applyNode(node.op, operands, attributes).outputs);
    } catch (error) {
      if (!(error instanceof GraftError)) throw error;
      fail(error.message);
    }
  }
  return Object.fromEntries(
    Object.entries(first.outputs).map(([name, { node, index }]) => [name, made.get(node)![index]!]),
  );
}

class Merge {
  private readonly symbol: string;
  private readonly a: number;
  private readonly b: number;
  private readonly fail: (reason: string) => never;

  constructor(symbol: string, a: number, b: number, fail: (reason: string) => never) {
    this.symbol = symbol;
    this.a = a;
    this.b = b;
    this.fail = fail;
  }

  dimension(x: Dimension, y: Dimension): Dimension {
    if (x === y) return x;
    if (typeof x === 'number' && typeof y === 'number')
      for (const power of [1, 2]) {
        const factor = x / this.a ** power;
        if (Number.isInteger(factor) && factor * this.b ** power === y)
          return product([factor, ...Array<string>(power).fill(this.symbol)]);
      }
    return this.fail(`a size is ${x} for ${this.a} examples and ${y} for ${this.b}`);
  }

  attributes(node: Node, twin: Node): OpAttributes[OpName] {
    const other = twin.attributes as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(node.attributes).map(([key, value]) => [key, this.value(key, value, other[key])]),
    ) as unknown as OpAttributes[OpName];
  }

  private value(key: string, x: unknown, y: unknown): unknown {
    if (Array.isArray(x) && Array.isArray(y) && x.length === y.length) {
      if (key === 'shape' || key === 'ends')
        return x.map((d: Dimension, i) => this.dimension(d, y[i] as Dimension));
      if (x.every((v, i) => Object.is(v, y[i]))) return x;
    }
    if (key === 'size') return this.dimension(x as Dimension, y as Dimension);
    return Object.is(x, y) ? x : this.fail(`its ${key} differ for ${this.a} and ${this.b} examples`);
  }

  /** Equal constants, or such that repeat the same values for each example. */
  constants(node: Node<'constant'>, twin: Node<'constant'>): Tensor {
    const { data, shape, dtype } = node.attributes;
    const other = twin.attributes;
    const axis = shape.findIndex((d, i) => d === this.a && other.shape[i] === this.b);
    if (sameShape(shape, other.shape) && data.every((v, i) => Object.is(v, other.data[i])))
      return node.outputs[0]!;
    if (axis < 0 || shape.some((d, i) => i !== axis && d !== other.shape[i]))
      return this.fail(
        `a constant has shape [${shape}] for ${this.a} examples and [${other.shape}] for ${this.b}`,
      );
    const [one, two] = [firstAlong(data, shape, axis), firstAlong(other.data, other.shape, axis)];
    if (one === undefined || two === undefined || !one.every((v, i) => Object.is(v, two[i])))
      return this.fail('a constant holds other values for each example');
    const kept = shape.map((d, i) => (i === axis ? 1 : d));
    return expand(
      constant(one, kept, dtype),
      shape.map((d, i) => (i === axis ? this.symbol : d)),
    );
  }
}

/** The slice at 0 of an axis, where all its slices are equal. */
function firstAlong(data: ConstantData, shape: readonly number[], axis: number): ConstantData | undefined {
  const inner = sizeOf(shape.slice(axis + 1));
  const size = shape[axis]!;
  const outer = sizeOf(shape.slice(0, axis));
  const result = data.slice(0, outer * inner);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      const value = data[o * size * inner + i]!;
      for (let k = 1; k < size; k++)
        if (!Object.is(data[(o * size + k) * inner + i], value)) return undefined;
      result[o * inner + i] = value;
    }
  return result;
}
