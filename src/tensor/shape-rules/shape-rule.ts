import type { DType, OpAttributes, OpName } from '../ops.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Checks an operation's inputs and gives the types of its outputs. */
export type ShapeRule<O extends OpName> = (
  inputs: readonly Tensor[],
  attributes: OpAttributes[O],
) => TensorType[];
export type ShapeRules<O extends OpName = OpName> = { readonly [K in O]: ShapeRule<K> };
