import { applyNode } from '../build.ts';
import { stopGradient } from '../functions/elementwise.ts';
import { type Program, program, topologicalOrder } from '../program.ts';
import { isOp, type Node, type Tensor } from '../tensor.ts';
import { type Before, examplesApart } from './examples-apart.ts';

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

/**
 * The same program in two parts in one: what reads a tensor of `at` from above reads it through an identity, which no rule
 * of the engine looks behind. It then rounds as the two programs of `cut` do, one after the other.
 */
export function fenced({ outputs }: Program, at: readonly Tensor[]): Program {
  const below = new Set(topologicalOrder(at));
  const fences = new Map(at.map((t) => [t, t.dtype === 'float32' ? stopGradient(t) : t] as const));
  const replaced = new Map<Node, readonly Tensor[]>();
  const current = (tensor: Tensor): Tensor =>
    fences.get(tensor) ?? replaced.get(tensor.node)?.[tensor.index] ?? tensor;
  for (const node of topologicalOrder(Object.values(outputs))) {
    if (below.has(node)) continue;
    const operands = node.inputs.map(current);
    const same = operands.every((operand, i) => operand === node.inputs[i]);
    replaced.set(node, same ? node.outputs : applyNode(node.op, operands, node.attributes).outputs);
  }
  return program(Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, current(t)])));
}

/** What an input of a program is to `boundary`. */
export type InputKind = 'example' | 'fixed' | 'other';

/** A tensor at a boundary: for each example of the batch a part of it, row-major [before, batch, rest]. */
export interface BoundaryTensor {
  readonly tensor: Tensor;
  readonly before: number;
}

/**
 * The tensors at the boundary of what depends on examples and fixed inputs alone: each depends on an example, takes
 * computing, and is used by something that depends on more (or is an output). Only what is sure to be made of each
 * example by itself counts, wherever it stands in the batch. Examples are inputs whose first axis is the batch.
 */
export function boundary(
  p: Program,
  kindOf: (inputName: string) => InputKind,
  batchSize: number,
): BoundaryTensor[] {
  const order = topologicalOrder(Object.values(p.outputs));
  const inside = new Map<Node, 'fixed' | readonly Before[]>();
  const before = ({ node, index }: Tensor): Before | undefined => {
    const known = inside.get(node);
    return known === undefined || known === 'fixed' ? undefined : known[index];
  };
  for (const node of order) {
    if (isOp(node, 'input')) {
      const kind = kindOf(node.attributes.name);
      if (kind !== 'other') inside.set(node, kind === 'fixed' ? 'fixed' : [1]);
      continue;
    }
    if (node.inputs.some((operand) => !inside.has(operand.node))) continue;
    const operands = node.inputs.map(before);
    const own = operands.some((at) => at !== undefined) ? examplesApart(node, operands, batchSize) : 'fixed';
    if (own !== undefined) inside.set(node, own);
  }
  const result = new Map<Tensor, Before>();
  const consider = (tensor: Tensor): void => {
    const at = before(tensor);
    if (at !== undefined && tensor.node.inputs.length > 0) result.set(tensor, at);
  };
  for (const node of order) if (!inside.has(node)) node.inputs.forEach(consider);
  Object.values(p.outputs).forEach(consider);
  return [...result].map(([tensor, at]) => ({ tensor, before: at }));
}

/** Whether anything in a program depends on an example and on a fixed input, and on nothing else. */
export function hasFixedWork({ outputs }: Program, kindOf: (inputName: string) => InputKind): boolean {
  const kinds = new Map<Node, ReadonlySet<InputKind>>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const own = new Set<InputKind>(
      isOp(node, 'input')
        ? [kindOf(node.attributes.name)]
        : node.inputs.flatMap((operand) => [...kinds.get(operand.node)!]),
    );
    if (own.size === 2 && !own.has('other')) return true;
    kinds.set(node, own);
  }
  return false;
}
