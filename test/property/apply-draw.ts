import type { Stream } from '../../src/random.ts';
import { applyNode, input } from '../../src/tensor/build.ts';
import type { OpName } from '../../src/tensor/ops.ts';
import { bind, type Dimension, type Shape, sizeOf } from '../../src/tensor/shape.ts';
import type { Node } from '../../src/tensor/tensor.ts';
import type { Draw } from './operation-draws.ts';

export type Sizes = Readonly<Record<string, number>>;

export const bound = (shape: Shape, sizes: Sizes): number[] => shape.map((d) => bind(d, sizes));

/** The draw with numbers in place of all symbols. */
export function boundDraw(draw: Draw, sizes: Sizes): Draw {
  const value = (d: Dimension): number => bind(d, sizes);
  const attributes = Object.fromEntries(
    Object.entries(draw.attributes).map(([key, v]) => {
      if (key === 'shape' || key === 'ends') return [key, (v as Dimension[]).map(value)];
      return [key, key === 'size' ? value(v as Dimension) : v];
    }),
  );
  return {
    operands: draw.operands.map((operand) => ({
      ...operand,
      shape: bound(operand.shape, sizes),
      ...(operand.below === undefined ? {} : { below: value(operand.below) }),
    })),
    attributes: attributes as never,
    expected: draw.expected.map((shape) => bound(shape, sizes)),
  };
}

/** The operation applied to an input for each operand, named `x0`, `x1`, ... */
export function applyDraw(op: OpName, { operands, attributes }: Draw): Node {
  const inputs = operands.map(({ shape, dtype }, i) => input(`x${i}`, shape, dtype));
  return applyNode(op, inputs, attributes as never) as unknown as Node;
}

/** Values for the inputs of a draw without symbols: positive numbers, indices within bounds. */
export function feedsOf({ operands }: Draw, random: Stream): Record<string, Float64Array> {
  return Object.fromEntries(
    operands.map(({ shape, dtype, below }, i) => {
      const n = Math.max(0, sizeOf(shape as number[])) || 0;
      const draw = random.child(i);
      if (dtype === 'int32') return [`x${i}`, Float64Array.from(draw.integers(n, (below ?? 2) as number))];
      if (dtype === 'bool') return [`x${i}`, Float64Array.from(draw.integers(n, 2))];
      return [`x${i}`, Float64Array.from(draw.uniforms(n), (v) => 0.2 + v)];
    }),
  );
}
