import { sizeOf } from '../tensor/shape.ts';
import { isOp, type Node } from '../tensor/tensor.ts';

/** Whole numbers and truth values that follow from constants are computed at once up to this many. */
export const FOLDED = 65_536;
/** Products and convolutions cost more than their size says: a file could ask for hours of them. */
const COSTLY = new Set(['matmul', 'conv', 'conv-transpose', 'attention', 'lstm', 'gru']);
const FOLDED_COSTLY = 1024;

/** Which nodes depend on no input, and on nothing large. */
export class FreeNodes {
  private readonly known = new Map<Node, boolean>();

  has(node: Node): boolean {
    // An explicit stack: unrolled loops are deeper than the call stack.
    const stack = [node];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (this.known.has(top)) {
        stack.pop();
        continue;
      }
      const most = COSTLY.has(top.op) ? FOLDED_COSTLY : FOLDED;
      const small = top.outputs.every(({ shape }) => sizeOf(shape as number[]) <= most);
      if (isOp(top, 'input') || !small) {
        this.known.set(top, false);
        continue;
      }
      const open = top.inputs.filter((operand) => !this.known.has(operand.node));
      if (open.length > 0) for (const operand of open) stack.push(operand.node);
      else
        this.known.set(
          top,
          top.inputs.every((operand) => this.known.get(operand.node) === true),
        );
    }
    return this.known.get(node)!;
  }
}
