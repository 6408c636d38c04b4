import { type Dimension, sizeOf } from '../../tensor/shape.ts';
import { isOp, type Node, type Tensor } from '../../tensor/tensor.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { emitReshape } from '../lower-rules/arrangement.ts';
import type { LowerContext, Lowering } from '../lower-rules/lower-rule.ts';

/** Products of this many factors in [0.5, 1] stay far above the smallest float32. */
const LARGEST_GROUP = 96;
const SMALLEST_GROUP = 8;

/**
 * The sum over the last axes of softplus(x) - m, which is the cost of Bernoulli logits. softplus(x) is
 * max(x, 0) - log(p) with p in [0.5, 1], and a sum of logarithms is the logarithm of a product: one logarithm, the
 * slowest step, serves up to 96 elements.
 */
export function softplusSum(node: Node, context: LowerContext): Lowering | undefined {
  if (!isOp(node, 'sum')) return undefined;
  const cost = node.inputs[0]!;
  const found = context.once(cost) ? softplusMinus(cost, context) : undefined;
  if (found === undefined) return undefined;
  const { axes, keep } = node.attributes;
  const lead = cost.shape.slice(0, cost.shape.length - axes.length);
  const reduced = cost.shape.slice(lead.length);
  if (axes[0] !== lead.length || !reduced.every((d) => typeof d === 'number')) return undefined;
  const n = sizeOf(reduced as number[]);
  const group = largestDivisor(n, LARGEST_GROUP);
  if (group < SMALLEST_GROUP) return undefined;
  const { x, minus } = found;
  return {
    reads: minus === undefined ? [x] : [x, minus],
    emit: (graph, [logits, m]) => {
      const rectified = graph.elementwise('Relu', [logits!]);
      const linear = m === undefined ? rectified : graph.elementwise('Sub', [rectified, m]);
      const keepdims = keep ? 1 : 0;
      const total = graph.node('ReduceSum', [linear, graph.integers(axes)], { keepdims });
      const logs = emitLogSums(graph, logits!, cost.shape, [...lead, n / group, group]);
      const result = node.outputs[0]!.shape;
      return [graph.node('Sub', [total, keep ? emitReshape(graph, logs, lead, result) : logs])];
    },
  };
}

/** Sums over the last two axes of `grouped` of log(max(s, 1 - s)) for the sigmoid s. */
function emitLogSums(
  graph: GraphBuilder,
  logits: string,
  shape: readonly Dimension[],
  grouped: readonly Dimension[],
): string {
  const s = graph.elementwise('Sigmoid', [logits]);
  const larger = graph.elementwise('Max', [s, graph.elementwise('Sub', [graph.float(1), s])]);
  const groups = emitReshape(graph, larger, shape, grouped);
  const last = graph.integers([-1]);
  const products = graph.node('ReduceProd', [groups, last], { keepdims: 0 });
  return graph.node('ReduceSum', [graph.node('Log', [products]), last], { keepdims: 0 });
}

/** Reads a tensor as softplus(x) - m, or as softplus(x) alone. */
function softplusMinus(tensor: Tensor, context: LowerContext): { x: Tensor; minus?: Tensor } | undefined {
  const { node } = tensor;
  if (isOp(node, 'softplus')) return { x: node.inputs[0]! };
  if (!isOp(node, 'sub')) return undefined;
  const [left, minus] = node.inputs as [Tensor, Tensor];
  if (!isOp(left.node, 'softplus') || !context.once(left)) return undefined;
  const same = left.shape.length === tensor.shape.length && left.shape.every((d, i) => d === tensor.shape[i]);
  return same ? { x: left.node.inputs[0]!, minus } : undefined;
}

function largestDivisor(n: number, limit: number): number {
  for (let d = Math.min(n, limit); d > 1; d--) if (n % d === 0) return d;
  return 1;
}
