import { attributesText, type Program } from '../program.ts';
import type { Node } from '../tensor.ts';
import { rebuild } from './rebuild.ts';

/** Computes equal expressions once: nodes with one operation, equal attributes and the same operands become one. */
export function shareCommonSubexpressions(p: Program): Program {
  const numbers = new Map<Node, number>();
  const known = new Map<string, Node>();
  return rebuild(p, (node) => {
    const operands = node.inputs.map((operand) => `${numbers.get(operand.node)}.${operand.index}`);
    const key = `${node.op}(${operands.join(',')})${attributesText(node)}`;
    const twin = known.get(key);
    if (twin !== undefined) return twin.outputs;
    known.set(key, node);
    numbers.set(node, numbers.size);
    return undefined;
  });
}
