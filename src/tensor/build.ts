import type { ConstantData, DType, OpAttributes, OpName } from './ops.ts';
import { checkDimensions, type Shape } from './shape.ts';
import { shapeRules } from './shape-rules/index.ts';
import type { Node, Tensor } from './tensor.ts';

/** Applies an operation: checks shapes, returns the node. */
export function applyNode<O extends OpName>(
  op: O,
  inputs: readonly Tensor[],
  attributes: OpAttributes[O],
): Node<O> {
  const types = shapeRules[op](inputs, attributes);
  for (const { shape } of types) checkDimensions(op, shape);
  const outputs: Tensor[] = [];
  const node: Node<O> = { op, inputs, attributes, outputs };
  types.forEach(({ shape, dtype }, index) => {
    outputs.push({ node: node as unknown as Node, index, shape, dtype });
  });
  return node;
}

/** Applies an operation and returns its first output. */
export function apply<O extends OpName>(
  op: O,
  inputs: readonly Tensor[],
  attributes: OpAttributes[O],
): Tensor {
  return applyNode(op, inputs, attributes).outputs[0]!;
}

/** A named input of a program. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return apply('input', [], { name, shape, dtype });
}

/** A constant: a number (float32 scalar), or data with a shape. */
export function constant(value: number): Tensor;
export function constant(data: ConstantData, shape: readonly number[], dtype?: DType): Tensor;
export function constant(data: number | ConstantData, shape: readonly number[] = [], dtype?: DType): Tensor {
  if (typeof data === 'number')
    return apply('constant', [], { data: Float64Array.of(data), shape: [], dtype: 'float32' });
  const kind: DType =
    dtype ?? (data instanceof Int32Array ? 'int32' : data instanceof Uint8Array ? 'bool' : 'float32');
  return apply('constant', [], { data, shape, dtype: kind });
}

/** What the functions take where a scalar is allowed. */
export type Operand = Tensor | number;

export function asTensor(operand: Operand): Tensor {
  return typeof operand === 'number' ? constant(operand) : operand;
}
