import type { DType, OpAttributes, OpName } from './ops.ts';
import type { Shape } from './shape.ts';

/** One application of an operation. Immutable; a program is the set of nodes that its outputs reach. */
export interface Node<O extends OpName = OpName> {
  readonly op: O;
  readonly inputs: readonly Tensor[];
  readonly attributes: OpAttributes[O];
  readonly outputs: readonly Tensor[];
}

/** A value in a tensor program: one output of a node. */
export interface Tensor {
  readonly node: Node;
  /** Which of the node's outputs. */
  readonly index: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** True when the node applies operation `op`; narrows its attributes. */
export function isOp<O extends OpName>(node: Node, op: O): node is Node<O> {
  return node.op === op;
}
