import { type Program, topologicalOrder } from './program.ts';
import { bind, sizeOf } from './shape.ts';
import type { Node, Tensor } from './tensor.ts';

/** Operations whose output is their operand under another shape or name. */
const views = new Set(['reshape', 'stop-gradient']);

/**
 * The most bytes of intermediate results that lie in memory at once when a program's nodes run in their order, each
 * given back behind its last reader; inputs and constants are not counted. What an engine takes for a run is of this
 * size: fused operations take less, allocation in blocks more.
 */
export function liveBytes({ outputs }: Program, binding: Readonly<Record<string, number>> = {}): number {
  const order = topologicalOrder(Object.values(outputs));
  const sourceOf = new Map<Tensor, Tensor>();
  const source = (tensor: Tensor): Tensor => sourceOf.get(tensor) ?? tensor;
  const lastRead = new Map<Tensor, Node>();
  for (const node of order) {
    if (views.has(node.op)) sourceOf.set(node.outputs[0]!, source(node.inputs[0]!));
    for (const operand of node.inputs) lastRead.set(source(operand), node);
  }
  const kept = new Set(Object.values(outputs).map(source));
  const bytes = ({ shape, dtype }: Tensor) =>
    sizeOf(shape.map((dimension) => bind(dimension, binding))) * (dtype === 'bool' ? 1 : 4);
  const given = ({ op }: Node) => op === 'input' || op === 'constant';
  let live = 0;
  let most = 0;
  for (const node of order) {
    if (!given(node) && !views.has(node.op))
      for (const output of node.outputs) if (lastRead.has(output) || kept.has(output)) live += bytes(output);
    most = Math.max(most, live);
    for (const operand of new Set(node.inputs.map(source)))
      if (lastRead.get(operand) === node && !kept.has(operand) && !given(operand.node))
        live -= bytes(operand);
  }
  return most;
}
