import type { OpAttributes, OpName } from '../../tensor/ops.ts';
import type { Node, Tensor } from '../../tensor/tensor.ts';
import type { Attributes, GraphBuilder } from '../graph-builder.ts';

/** How one node of a program is written in ONNX. */
export interface Lowering {
  /** What it reads: the node's inputs, or what stands behind them where it takes over their work. */
  readonly reads: readonly Tensor[];
  /**
   * Appends the ONNX nodes and returns the name of each of the node's outputs.
   * @param reads the names of the values read
   * @param wanted which outputs anybody reads
   */
  readonly emit: (
    graph: GraphBuilder,
    reads: readonly string[],
    wanted: readonly boolean[],
  ) => readonly string[];
}

/** What a rule may know beyond its node. */
export interface LowerContext {
  /**
   * True when the tensor has exactly one reader and is no output of the program: only then may that reader take over
   * the work of computing it.
   */
  once(tensor: Tensor): boolean;
  /**
   * Number of channels that ONNX Runtime's CPU keeps side by side in its blocked layout (NCHWc). Absent when the graph
   * is for other devices or for export.
   */
  readonly blockedChannels?: number;
}

export type LowerRule<O extends OpName> = (node: Node<O>, context: LowerContext) => Lowering;
export type LowerRules<O extends OpName = OpName> = { readonly [K in O]: LowerRule<K> };

/** The rule of an operation that is one ONNX operator over the same inputs. */
export function operator<O extends OpName>(
  opType: string,
  attributes: (attributes: OpAttributes[O], node: Node<O>) => Attributes = () => ({}),
): LowerRule<O> {
  return (node) => ({
    reads: node.inputs,
    emit: (graph, reads) => [graph.node(opType, reads, attributes(node.attributes, node))],
  });
}

/** Like `operator`, for an element-wise one. */
export function elementwise<O extends OpName>(
  opType: string,
  attributes: (attributes: OpAttributes[O]) => Attributes = () => ({}),
): LowerRule<O> {
  return (node) => ({
    reads: node.inputs,
    emit: (graph, reads) => [graph.elementwise(opType, reads, attributes(node.attributes))],
  });
}

/** The lowering of a node that changes nothing. */
export function same(tensor: Tensor): Lowering {
  return { reads: [tensor], emit: (_, reads) => [reads[0]!] };
}
