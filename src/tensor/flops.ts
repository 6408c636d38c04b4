import { type Program, topologicalOrder } from './program.ts';
import { bind, sizeOf } from './shape.ts';
import { isOp, type Node } from './tensor.ts';

/**
 * Floating-point operations of one run of a program: a multiply-add counts as two, element-wise operations and
 * reductions as one for each element read or made, whichever is more; moving data costs none.
 */
export function countFlops({ outputs }: Program, binding: Readonly<Record<string, number>> = {}): number {
  const size = (shape: readonly (number | string)[]) => sizeOf(shape.map((d) => bind(d, binding)));
  return topologicalOrder(Object.values(outputs)).reduce((total, node) => total + nodeFlops(node, size), 0);
}

type Size = (shape: readonly (number | string)[]) => number;

const free = new Set([
  'input',
  'constant',
  'reshape',
  'transpose',
  'slice',
  'concat',
  'pad',
  'expand',
  'gather',
  'gather-elements',
  'one-hot',
  'stop-gradient',
  'cast',
]);

/** Operations of one node; `size`: number of elements of a shape. */
export function nodeFlops(node: Node, size: Size): number {
  const output = size(node.outputs[0]!.shape);
  if (free.has(node.op)) return 0;
  if (isOp(node, 'matmul')) {
    const { shape } = node.inputs[0]!;
    return 2 * output * size([shape[shape.length - (node.attributes.transposeA ? 2 : 1)]!]);
  }
  if (isOp(node, 'conv')) return 2 * output * size(node.inputs[1]!.shape.slice(1));
  if (isOp(node, 'conv-transpose'))
    return 2 * size(node.inputs[0]!.shape) * size(node.inputs[1]!.shape.slice(1));
  if (isOp(node, 'attention')) {
    const scores = size(node.outputs[1]!.shape);
    const { shape: q } = node.inputs[0]!;
    const { shape: v } = node.inputs[2]!;
    return 2 * scores * (size([q[q.length - 1]!]) + size([v[v.length - 1]!])) + 5 * scores;
  }
  if (isOp(node, 'max-pool') || isOp(node, 'average-pool')) return output * sizeOf(node.attributes.kernel);
  if (isOp(node, 'layer-norm')) return 8 * output;
  if (isOp(node, 'softmax')) return 5 * output;
  if (isOp(node, 'lstm') || isOp(node, 'gru')) {
    const sums = size(node.inputs[0]!.shape);
    return 2 * sums * size([node.inputs[1]!.shape[1]!]) + 2 * sums + 6 * output;
  }
  return Math.max(output, ...node.inputs.map((operand) => size(operand.shape)));
}
