import { rebuild } from '../../tensor/passes/rebuild.ts';
import { type Program, topologicalOrder } from '../../tensor/program.ts';
import type { Node, Tensor } from '../../tensor/tensor.ts';

/** Where the tensors of a program are used. */
export interface Uses {
  /** The nodes that read a tensor, each once for each time that it reads it. */
  readonly readers: (tensor: Tensor) => readonly Node[];
  readonly isOutput: (tensor: Tensor) => boolean;
}

/**
 * Passes every node through `rewrite`, operands first: `node` has its operands replaced already, `original` is what
 * it was in the given program, by which its uses are known.
 */
export function rewriteNodes(
  p: Program,
  rewrite: (node: Node, original: Node, uses: Uses) => readonly Tensor[] | undefined,
): Program {
  const order = topologicalOrder(Object.values(p.outputs));
  const readers = new Map<Tensor, Node[]>();
  for (const node of order)
    for (const tensor of node.inputs) {
      const list = readers.get(tensor);
      if (list === undefined) readers.set(tensor, [node]);
      else list.push(node);
    }
  const outputs = new Set(Object.values(p.outputs));
  const uses: Uses = {
    readers: (tensor) => readers.get(tensor) ?? [],
    isOutput: (tensor) => outputs.has(tensor),
  };
  let position = 0;
  // rebuild visits the nodes in the same order.
  return rebuild(p, (node) => rewrite(node, order[position++]!, uses));
}
