import type { Node } from '../../tensor/tensor.ts';
import { BLOCKED, type GraphBuilder } from '../graph-builder.ts';
import { convolutionSizes, WORTHWHILE } from './convolution-sizes.ts';
import type { Lowering } from './lower-rule.ts';
import { unswapped } from './unswapped.ts';

/** Zeros may fill up the last block of examples as long as they are no more than this share of the examples. */
const FILLING = 0.25;

/**
 * The gradient of a convolution's weight, which is a convolution whose channels are the examples: x [c, n, h, w] with
 * filters [o, n, kh, kw], both swapped views of tensors that lie in memory with the examples in front. Blocks of
 * examples side by side are got from those tensors as they lie, by moving whole vectors; to swap first and to block
 * then costs several times as much. Undefined where the node is no such convolution or does not fit the blocks.
 */
export function blockedWeightGradient(node: Node<'conv'>, block: number | undefined): Lowering | undefined {
  const sizes = block === undefined ? undefined : convolutionSizes(node);
  const [x, g] = node.inputs.map(unswapped);
  if (block === undefined || sizes === undefined || x === undefined || g === undefined) return undefined;
  const [inputs, n, height, width] = sizes.x as [number, number, number, number];
  const [outputs, , kh, kw] = sizes.w as [number, number, number, number];
  const examples = Math.ceil(n / block) * block;
  if (node.inputs.length > 2 || outputs % block !== 0 || examples - n > FILLING * n) return undefined;
  if (sizes.operations < WORTHWHILE) return undefined;
  const { strides, dilations, pads } = node.attributes;
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const filled = (graph: GraphBuilder, value: string) =>
    examples === n
      ? value
      : graph.node('Pad', [value, graph.integers([0, 0, 0, 0, examples - n, 0, 0, 0]), graph.float(0)]);

  const blockedInput = (graph: GraphBuilder, value: string) => {
    const line = graph.node('Reshape', [
      filled(graph, value),
      graph.integers([1, examples, inputs * height, width]),
    ]);
    const blocks = graph.node('Reshape', [
      graph.node('ReorderInput', [line], {}, BLOCKED),
      graph.integers([examples / block, inputs, height, width, block]),
    ]);
    const swapped = graph.node('Transpose', [blocks], { perm: [1, 0, 2, 3, 4] });
    const padded = pads.every((pad) => pad === 0)
      ? swapped
      : graph.node('Pad', [
          swapped,
          graph.integers([0, 0, top, left, 0, 0, 0, bottom, right, 0]),
          graph.float(0),
        ]);
    return graph.node('Reshape', [
      padded,
      graph.integers([inputs, examples, height + top + bottom, width + left + right]),
    ]);
  };
  const blockedFilter = (graph: GraphBuilder, value: string) => {
    const parts = graph.node('Reshape', [
      graph.enterBlocked(filled(graph, value)),
      graph.integers([examples / block, block, outputs / block, kh * kw, block]),
    ]);
    return graph.node('Reshape', [
      graph.node('Transpose', [parts], { perm: [2, 0, 3, 1, 4] }),
      graph.integers([outputs, examples, kh, kw]),
    ]);
  };
  return {
    reads: [x, g],
    emit: (graph, [x, g]) => {
      const y = graph.node(
        'Conv',
        [blockedInput(graph, x!), blockedFilter(graph, g!)],
        { kernel_shape: [kh, kw], strides, dilations, pads: [0, 0, 0, 0] },
        BLOCKED,
      );
      return [graph.leaveBlocked(y, node.outputs[0]!.shape)];
    },
  };
}
