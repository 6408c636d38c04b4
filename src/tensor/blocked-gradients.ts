import { gradientRules } from './gradient-rules/index.ts';
import type { OpName } from './ops.ts';
import { topologicalOrder } from './program.ts';
import type { Node, Tensor } from './tensor.ts';

/** An input that the outputs depend on, but through nothing that a gradient could pass. */
export interface BlockedInput {
  readonly name: string;
  /** A node through which no gradient flows, on the way from the outputs to the input. */
  readonly by: Node;
}

/** Operations that stop gradients on purpose do not count: their authors know. */
const meant: readonly OpName[] = ['stop-gradient', 'input', 'constant'];

/**
 * The inputs named by `wanted` that no gradient of the outputs reaches: every way to them leads through an operation
 * without a gradient rule (rounding, comparing, choosing, casting to whole numbers).
 */
export function blockedInputs(outputs: readonly Tensor[], wanted: ReadonlySet<string>): BlockedInput[] {
  const order = topologicalOrder(outputs).reverse();
  const reached = new Set<Node>(outputs.map(({ node }) => node));
  const blocker = new Map<Node, Node>();
  const blocked: BlockedInput[] = [];
  for (const node of order) {
    const open = reached.has(node);
    if (node.op === 'input') {
      const { name } = node.attributes as { name: string };
      const by = blocker.get(node);
      if (!open && by !== undefined && wanted.has(name)) blocked.push({ name, by });
      continue;
    }
    node.inputs.forEach((operand, i) => {
      const through = passes(node, i);
      if (open && through) reached.add(operand.node);
      else if (!blocker.has(operand.node))
        // What turns numbers with a gradient into something without is to blame, not what is done with that.
        blocker.set(
          operand.node,
          !through && operand.dtype === 'float32' ? node : (blocker.get(node) ?? node),
        );
    });
  }
  return blocked;
}

/** Whether a gradient of the node's outputs flows to its operand. */
function passes(node: Node, operand: number): boolean {
  if (meant.includes(node.op)) return false;
  if (gradientRules[node.op] === 'none') return false;
  if (node.inputs[operand]!.dtype !== 'float32') return false;
  return node.outputs.some(({ dtype }) => dtype === 'float32');
}
