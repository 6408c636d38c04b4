import { GraftError } from '../../errors.ts';
import type { OpName } from '../ops.ts';
import { type Dimension, type Shape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { expectType, type ShapeRules, type TensorType } from './shape-rule.ts';

/** Checks sums [time, batch, gates * width], matrix [gates * width, width] and starts [batch, width]. */
function sizesOf(
  op: OpName,
  inputs: readonly Tensor[],
  gates: number,
  starts: readonly (Tensor | undefined)[],
): [number, Dimension, number] {
  for (const operand of inputs) expectType(op, operand, 'float32');
  const [x, r] = inputs as [Tensor, Tensor];
  const fail = (rule: string, shapes: Shape[] = [x.shape, r.shape]): never => {
    throw new GraftError('shape-mismatch', { op, shapes, rule });
  };
  if (x.shape.length !== 3 || r.shape.length !== 2) fail('sums need three axes and the matrix two');
  const [time, batch, sums] = x.shape as [Dimension, Dimension, Dimension];
  const width = r.shape[1]!;
  if (typeof width !== 'number' || r.shape[0] !== gates * width || sums !== gates * width)
    return fail(`sums and rows of the matrix must be ${gates} times its columns`);
  if (typeof time !== 'number') return fail('the time must be a number');
  for (const start of starts)
    if (start !== undefined && !sameShape(start.shape, [batch, width]))
      fail('a state has the batch and the width', [x.shape, start.shape]);
  return [time, batch, width];
}

export const recurrentShapes = {
  lstm: (inputs): TensorType[] => {
    const [, , hidden, cell] = inputs;
    const [time, batch, width] = sizesOf('lstm', inputs, 4, [hidden, cell]);
    if (inputs.length === 3)
      throw new GraftError('shape-mismatch', {
        op: 'lstm',
        shapes: inputs.map(({ shape }) => shape),
        rule: 'both states are given or none',
      });
    const of = (n: number): TensorType => ({ shape: [time, batch, n * width], dtype: 'float32' });
    return [of(1), of(1), of(3), of(1)];
  },
  gru: (inputs): TensorType[] => {
    const [time, batch, width] = sizesOf('gru', inputs, 3, [inputs[3]]);
    const bias = inputs[2]!;
    if (!sameShape(bias.shape, [width]))
      throw new GraftError('shape-mismatch', {
        op: 'gru',
        shapes: [bias.shape],
        rule: `the bias must have shape [${width}]`,
      });
    const of = (n: number): TensorType => ({ shape: [time, batch, n * width], dtype: 'float32' });
    return [of(1), of(2), of(1), of(1)];
  },
} satisfies Partial<ShapeRules>;
