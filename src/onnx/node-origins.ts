import { isOp, type Node, type Tensor } from '../tensor/tensor.ts';

/** Which node of a file each node of the program was made for. */
export class NodeOrigins {
  private readonly labels = new Map<Node, string>();

  /** Notes the nodes below a tensor that nobody has claimed yet; calls `onNew` for each. */
  claim(tensor: Tensor, label: string, onNew: () => void): void {
    const stack = [tensor.node];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (this.labels.has(node) || isOp(node, 'input') || isOp(node, 'constant')) continue;
      onNew();
      this.labels.set(node, label);
      for (const { node: below } of node.inputs) stack.push(below);
    }
  }

  of(node: Node): string | undefined {
    return this.labels.get(node);
  }
}
