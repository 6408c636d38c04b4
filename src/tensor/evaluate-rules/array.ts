import type { OpAttributes, OpName } from '../ops.ts';
import { sizeOf, stridesOf } from '../shape.ts';

/** A dense array in row-major order; numbers of every type are kept in float64 (bool as 0 and 1). */
export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Computes an operation's outputs in float64. `shapes` are the concrete shapes of the outputs. */
export type EvaluateRule<O extends OpName> = (
  inputs: readonly Array64[],
  attributes: OpAttributes[O],
  shapes: readonly (readonly number[])[],
) => Array64[];
export type EvaluateRules<O extends OpName = OpName> = { readonly [K in O]: EvaluateRule<K> };

export const zeros = (shape: readonly number[]): Array64 => ({
  shape,
  data: new Float64Array(sizeOf(shape)),
});

/** Strides by which a tensor of shape `from` is read when broadcast to shape `to`: 0 along repeated axes. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  const offset = to.length - from.length;
  return to.map((_, i) => (i < offset || from[i - offset] === 1 ? 0 : strides[i - offset]!));
}

/**
 * Calls `visit` for every position of `shape` in row-major order with the position's number and its offset in each
 * of the strided tensors.
 */
export function walk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (position: number, offsets: readonly number[]) => void,
): void {
  const total = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  const offsets = new Array<number>(strides.length).fill(0);
  for (let position = 0; position < total; position++) {
    visit(position, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      for (let k = 0; k < strides.length; k++) offsets[k]! += strides[k]![axis]!;
      if (index[axis]! < shape[axis]!) break;
      for (let k = 0; k < strides.length; k++) offsets[k]! -= strides[k]![axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}
