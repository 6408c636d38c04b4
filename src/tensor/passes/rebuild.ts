import { applyNode } from '../build.ts';
import { type Program, program, topologicalOrder } from '../program.ts';
import type { Node, Tensor } from '../tensor.ts';

/** Puts something in the place of a node whose operands have been replaced already; undefined keeps the node. */
export type Rewrite = (node: Node) => readonly Tensor[] | undefined;

/** The program with every node passed through `rewrite` once, operands before users. Unreachable nodes vanish. */
export function rebuild({ outputs }: Program, rewrite: Rewrite): Program {
  const replaced = new Map<Node, readonly Tensor[]>();
  const current = (tensor: Tensor): Tensor => replaced.get(tensor.node)![tensor.index]!;
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map(current);
    const same = inputs.every((operand, i) => operand === node.inputs[i]);
    const candidate = same ? node : (applyNode(node.op, inputs, node.attributes) as Node);
    replaced.set(node, rewrite(candidate) ?? candidate.outputs);
  }
  return program(
    Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, current(tensor)])),
  );
}
