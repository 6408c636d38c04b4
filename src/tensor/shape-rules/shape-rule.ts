import { GraftError } from '../../errors.ts';
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

/** Fails unless an operand has the type that the operation is defined on. */
export function expectType(op: OpName, tensor: Tensor, dtype: DType): void {
  if (tensor.dtype !== dtype)
    throw new GraftError('invalid-value', {
      what: `operand of ${op}`,
      received: tensor.dtype,
      allowed: dtype,
    });
}

/** Fails unless an axis, counted from the front, is one of a tensor of the given rank. */
export function checkAxis(op: OpName, axis: number, rank: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank)
    throw new GraftError('invalid-value', {
      what: `axis of ${op}`,
      received: axis,
      allowed: rank === 0 ? 'none: the operand is a scalar' : `an integer from 0 to ${rank - 1}`,
    });
}
