import { GraftError } from '../errors.ts';
import { applyNode } from './build.ts';
import type { OpAttributes, OpName } from './ops.ts';
import { type Program, topologicalOrder } from './program.ts';
import { type Dimension, product, quotient, type Shape, sameShape, symbolsOf } from './shape.ts';
import { isOp, type Node, type Tensor } from './tensor.ts';

/**
 * The outputs of a program as part of another one: each input is what `leaf` gives for its name, each symbol what
 * `symbols` gives for it (a number or a dimension of the other program). `replace` may put other tensors in place of a
 * node's outputs.
 */
export function instantiateProgram(
  { outputs }: Pick<Program, 'outputs'>,
  leaf: (node: Node<'input'>) => Tensor,
  symbols: Readonly<Record<string, Dimension>>,
  replace: Replace = keep,
): Record<string, Tensor> {
  const made = new Map<Node, readonly Tensor[]>();
  const current = ({ node, index }: Tensor): Tensor => made.get(node)![index]!;
  for (const node of topologicalOrder(Object.values(outputs))) {
    const operands = node.inputs.map(current);
    const attributes = substituted(node, symbols);
    if (!isOp(node, 'input')) {
      made.set(node, replace(node, operands, current) ?? applyNode(node.op, operands, attributes).outputs);
      continue;
    }
    const tensor = leaf(node);
    const { name, shape, dtype } = attributes as OpAttributes['input'];
    if (!sameShape(tensor.shape, shape) || tensor.dtype !== dtype)
      throw new GraftError('shape-mismatch', {
        op: `input '${name}'`,
        shapes: [tensor.shape, shape],
        rule: `it must be ${dtype} of the shape that the program was made for`,
      });
    made.set(node, [tensor]);
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, current(tensor)]));
}

/**
 * Puts tensors in the place of a node's outputs; undefined keeps the node. `current` gives what stands in the other
 * program for a tensor of this one that lies before the node.
 */
export type Replace = (
  node: Node,
  operands: readonly Tensor[],
  current: (tensor: Tensor) => Tensor,
) => readonly Tensor[] | undefined;

const keep: Replace = () => undefined;

/** A dimension with other dimensions in place of symbols. */
export function substitute(dimension: Dimension, symbols: Readonly<Record<string, Dimension>>): Dimension {
  let rest = dimension;
  const factors: Dimension[] = [];
  for (const symbol of symbolsOf([dimension])) {
    const value = symbols[symbol];
    if (value === undefined) continue;
    // A symbol may occur more than once: 'batch*batch'.
    for (let left = quotient(rest, symbol); left !== undefined; left = quotient(rest, symbol)) {
      rest = left;
      factors.push(value);
    }
  }
  return product([rest, ...factors]);
}

/** The attributes of a node with other dimensions in place of symbols. */
export function substituted<O extends OpName>(
  node: Node<O>,
  symbols: Readonly<Record<string, Dimension>>,
): OpAttributes[O] {
  const each = (shape: Shape) => shape.map((d) => substitute(d, symbols));
  const attributes = node.attributes as Partial<Record<'shape' | 'ends', Shape>> & { size?: Dimension };
  return {
    ...attributes,
    ...(attributes.shape === undefined ? {} : { shape: each(attributes.shape) }),
    ...(attributes.ends === undefined ? {} : { ends: each(attributes.ends) }),
    ...(attributes.size === undefined ? {} : { size: substitute(attributes.size, symbols) }),
  } as OpAttributes[O];
}
