import { applyNode } from '../build.ts';
import { type Program, program, topologicalOrder } from '../program.ts';
import { isOp, type Node, type Tensor } from '../tensor.ts';

/** A program in two parts: `below` computes the cut tensors, `above` takes them as inputs of the same names. */
export interface Cut {
  readonly below: Program;
  readonly above: Program;
}

/** Cuts a program at the given tensors, which get the names of the record's keys. */
export function cut({ outputs }: Program, at: Readonly<Record<string, Tensor>>): Cut {
  const names = new Map<Tensor, string>(Object.entries(at).map(([name, tensor]) => [tensor, name]));
  const inputs = new Map<string, Tensor>();
  const replaced = new Map<Node, readonly Tensor[]>();
  const current = (tensor: Tensor): Tensor => {
    const name = names.get(tensor);
    if (name === undefined) return replaced.get(tensor.node)![tensor.index]!;
    const known =
      inputs.get(name) ??
      applyNode('input', [], { name, shape: tensor.shape, dtype: tensor.dtype }).outputs[0]!;
    inputs.set(name, known);
    return known;
  };
  for (const node of topologicalOrder(Object.values(outputs))) {
    const operands = node.inputs.map(current);
    const same = operands.every((operand, i) => operand === node.inputs[i]);
    replaced.set(node, same ? node.outputs : applyNode(node.op, operands, node.attributes).outputs);
  }
  const above = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, current(tensor)]));
  return { below: program(at), above: program(above) };
}

/** What an input of a program is to `boundary`. */
export type InputKind = 'example' | 'fixed' | 'other';

/**
 * The tensors at the boundary of what depends on examples and fixed inputs alone: each depends on an example, takes
 * computing, and is used by something that depends on more (or is an output). A node counts only where all that it
 * makes is made example by example: the first axis is a multiple of the batch size.
 */
export function boundary(p: Program, kindOf: (inputName: string) => InputKind, batchSize: number): Tensor[] {
  const order = topologicalOrder(Object.values(p.outputs));
  const inside = new Map<Node, 'example' | 'fixed'>();
  for (const node of order) {
    if (isOp(node, 'input')) {
      const kind = kindOf(node.attributes.name);
      if (kind !== 'other') inside.set(node, kind);
      continue;
    }
    const kinds = node.inputs.map((operand) => inside.get(operand.node));
    if (kinds.includes(undefined)) continue;
    if (!kinds.includes('example')) inside.set(node, 'fixed');
    else if (node.outputs.every(({ shape }) => isMultiple(shape[0], batchSize))) inside.set(node, 'example');
  }
  const result = new Set<Tensor>();
  const consider = (tensor: Tensor): void => {
    if (inside.get(tensor.node) === 'example' && tensor.node.inputs.length > 0) result.add(tensor);
  };
  for (const node of order) if (!inside.has(node)) node.inputs.forEach(consider);
  Object.values(p.outputs).forEach(consider);
  return [...result];
}

const isMultiple = (dimension: number | string | undefined, of: number): boolean =>
  typeof dimension === 'number' && dimension > 0 && dimension % of === 0;
